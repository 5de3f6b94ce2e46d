import { expect, test } from "vitest";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import { untilHung } from "./liveness.ts";

const POLICY = { everyMs: 5_000, answerMs: 20_000, withinMs: 60_000 };

async function watched(
  ask: (atMs: number) => boolean,
  seconds: number,
  step = 5_000,
): Promise<number | null> {
  const clock = new ManualClock();
  const abort = new AbortController();
  const start = clock.monotonic();
  let hungAt: number | null = null;
  const asked = async (): Promise<boolean> => {
    if (!ask(clock.monotonic() - start)) throw new Error("no answer");
    return true;
  };
  void untilHung(asked, POLICY, clock, abort.signal).then(() => {
    hungAt = clock.monotonic() - start;
  });
  for (let at = 0; at < seconds * 1000 && hungAt === null; at += step) {
    await new Promise(setImmediate);
    clock.advance(step);
    await new Promise(setImmediate);
  }
  abort.abort();
  return hungAt;
}

test("a part that answers is left alone", async () => {
  expect(await watched(() => true, 3_600)).toBeNull();
});

test("one that never answers again is hung after a minute", async () => {
  expect(await watched((at) => at < 100_000, 3_600)).toBe(155_000);
});

test("one that answers now and then is only slow", async () => {
  expect(await watched((at) => at % 55_000 === 0, 3_600)).toBeNull();
});

test("time in which the asker itself slept does not count", async () => {
  // Two hours in one step, as for a laptop whose lid was closed: the first answer after it comes late.
  expect(await watched((at) => at < 10_000 || at > 7_230_000, 7_200 * 2, 7_200_000)).toBeNull();
});
