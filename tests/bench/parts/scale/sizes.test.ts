import { expect, test } from "vitest";
import { chosen, nameOf } from "./sizes.ts";

test("every combination of what was chosen, and the usual of the rest", () => {
  expect(chosen({ stations: [100, 1_000], dedups: [1, 2] }).map(nameOf)).toEqual([
    "100 stations, 8 partitions, 1 gateway, 1 dedup",
    "100 stations, 8 partitions, 1 gateway, 2 dedups",
    "1,000 stations, 8 partitions, 1 gateway, 1 dedup",
    "1,000 stations, 8 partitions, 1 gateway, 2 dedups",
  ]);
});

test("without a choice no size comes twice, and each differs from the usual in one thing", () => {
  const names = chosen({}).map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("1,000 stations, 8 partitions, 1 gateway, 1 dedup");
});
