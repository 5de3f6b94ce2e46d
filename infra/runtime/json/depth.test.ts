import fc from "fast-check";
import { expect, test } from "vitest";
import { isDeeperThan } from "./depth.ts";

test("the depth is that of the value, whatever its strings hold", () => {
  const depthOf = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const depth = depthOf(value);
      expect(isDeeperThan(text, depth)).toBe(false);
      if (depth > 0) expect(isDeeperThan(text, depth - 1)).toBe(true);
    }),
    { seed: 1 },
  );
});

test.each(['"[[[[', '"\\"[[[[', "]]]][", "[".repeat(3)])("no JSON is no deeper than it opens: %s", (text) => {
  expect(isDeeperThan(text, 3)).toBe(false);
});
