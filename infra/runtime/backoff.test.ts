import { expect, test } from "vitest";
import { fullJitter } from "./backoff.ts";

test("the ceiling doubles to the cap and begins again after a reset", () => {
  const backoff = fullJitter({ baseMs: 200, capMs: 1000, random: () => 1 });
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([200, 400, 800, 1000, 1000]);
  backoff.reset();
  expect(backoff.next()).toBe(200);
});

test("a wait is anywhere below its ceiling, never below the floor", () => {
  const backoff = fullJitter({ baseMs: 200, capMs: 1000, random: () => 0, floorMs: 25 });
  expect(backoff.next()).toBe(25);
});
