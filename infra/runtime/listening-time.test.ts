import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { afterListening } from "./listening-time.ts";
import { ManualClock } from "./testing/manual-clock.ts";

test("is over after its time in a process that listens, and never when it was cancelled", () => {
  const clock = new ManualClock();
  const over: string[] = [];
  afterListening(clock, 5_000, () => over.push("waited"));
  const cancel = afterListening(clock, 5_000, () => over.push("cancelled"));
  clock.advance(4_999);
  expect(over).toEqual([]);
  cancel();
  clock.advance(1);
  expect(over).toEqual(["waited"]);
});

test("a process that stood still has listened for one turn only", () => {
  // A loop of which each turn takes three seconds: a timer is served once in it, however long it is due.
  const due: (() => void)[] = [];
  const clock: Pick<Clock, "after"> = {
    after: (_, action) => {
      due.push(action);
      return () => {};
    },
  };
  let over = false;
  afterListening(clock as Clock, 5_000, () => {
    over = true;
  });
  for (let turn = 1; turn < 10; turn++) {
    for (const action of due.splice(0)) action();
    expect(over).toBe(false);
  }
  for (const action of due.splice(0)) action();
  expect(over).toBe(true);
});
