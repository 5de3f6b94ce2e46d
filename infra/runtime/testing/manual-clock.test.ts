import { expect, test } from "vitest";
import { ManualClock } from "./manual-clock.ts";

test("what falls due runs in order of its time, each seeing its own moment", () => {
  const clock = new ManualClock(1000);
  const seen: [string, number][] = [];
  clock.after(30, () => seen.push(["late", clock.now()]));
  clock.after(10, () => {
    seen.push(["early", clock.now()]);
    clock.after(5, () => seen.push(["child", clock.now()]));
  });
  const stop = clock.every(20, () => seen.push(["tick", clock.now()]));
  clock.advance(45);
  stop();
  clock.advance(100);
  expect(seen).toEqual([
    ["early", 1010],
    ["child", 1015],
    ["tick", 1020],
    ["late", 1030],
    ["tick", 1040],
  ]);
});

test("a cancelled timer never runs, an aborted sleep ends at once", async () => {
  const clock = new ManualClock();
  let ran = false;
  clock.after(10, () => {
    ran = true;
  })();
  const abort = new AbortController();
  const sleeping = clock.sleep(1000, abort.signal);
  abort.abort();
  await sleeping;
  clock.advance(100);
  expect(ran).toBe(false);
});
