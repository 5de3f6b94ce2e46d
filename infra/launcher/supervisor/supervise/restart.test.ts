import { expect, test } from "vitest";
import { nextStart, RESTART_POLICY } from "./restart.ts";

const failure = { failures: 1, everReady: true, code: 1, needsOthers: false };

test("waits double from the base up to the cap, however often it fails", () => {
  const waits = [1, 2, 3, 7, 100, 5_000].map((failures) =>
    nextStart(RESTART_POLICY, { ...failure, failures }),
  );
  expect(waits).toEqual([200, 400, 800, 10_000, 10_000, 10_000]);
});

test("what was ready once is never given up, what never was after five starts", () => {
  expect(nextStart(RESTART_POLICY, { ...failure, failures: 5, everReady: false })).toBe("give up");
  expect(nextStart(RESTART_POLICY, { ...failure, failures: 4, everReady: false })).toBe(1_600);
});

test("what never was ready because another part did not answer is waited for longer than for another system", () => {
  const slow = { failures: 59, everReady: false, code: 69 };
  expect(nextStart(RESTART_POLICY, { ...slow, needsOthers: true })).toBe(10_000);
  expect(nextStart(RESTART_POLICY, { ...slow, needsOthers: false })).toBe("give up");
});

test("wrong usage (2) and wrong settings (78) do not heal", () => {
  expect(nextStart(RESTART_POLICY, { ...failure, code: 2 })).toBe("give up");
  expect(nextStart(RESTART_POLICY, { ...failure, code: 78 })).toBe("give up");
});
