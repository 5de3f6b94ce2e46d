import { expect, test } from "vitest";
import { Positions } from "./positions.ts";

test("a position only moves forward, and only where it was set", () => {
  const positions = new Positions();
  positions.set("a", 0, 5);
  positions.advance("a", 0, 3);
  expect(positions.get("a", 0)).toBe(5);
  positions.advance("a", 0, 8);
  positions.advance("a", 1, 8);
  expect(positions.get("a", 0)).toBe(8);
  expect(positions.get("a", 1)).toBeUndefined();
});

test("ends are reached when every partition is there; an empty partition is at its end", () => {
  const [at, ends] = [new Positions(), new Positions()];
  at.set("a", 0, 0);
  at.set("a", 1, 7);
  ends.set("a", 0, 0);
  ends.set("a", 1, 9);
  expect(at.reached(ends)).toBe(false);
  at.advance("a", 1, 10);
  expect(at.reached(ends)).toBe(true);
});
