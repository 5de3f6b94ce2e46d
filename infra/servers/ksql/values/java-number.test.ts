import { expect, test } from "vitest";
import { JsonNumber } from "../../../runtime/json/lossless.ts";
import { fromJson } from "../formats/json.ts";
import { intOf, longOf } from "./java-number.ts";

test.each([
  [1.9, 1n, 1],
  [-1.9, -1n, -1],
  [Number.NaN, 0n, 0],
  [Number.POSITIVE_INFINITY, 9_223_372_036_854_775_807n, 2_147_483_647],
  [Number.NEGATIVE_INFINITY, -9_223_372_036_854_775_808n, -2_147_483_648],
  [1e300, 9_223_372_036_854_775_807n, 2_147_483_647],
  [3e9, 3_000_000_000n, 2_147_483_647],
])("(long) and (int) of the double %d", (double, long, int) => {
  expect(longOf(double)).toBe(long);
  expect(intOf(double)).toBe(int);
});

test("a number beyond every double in JSON is the largest that its column holds", () => {
  const huge = new JsonNumber("1e999");
  expect(fromJson(huge, { base: "BIGINT" })).toBe(9_223_372_036_854_775_807n);
  expect(fromJson(huge, { base: "INTEGER" })).toBe(2_147_483_647);
  expect(fromJson(huge, { base: "TIMESTAMP" })).toBe(Number(9_223_372_036_854_775_807n));
});
