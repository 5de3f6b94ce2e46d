import { expect, test } from "vitest";
import { shares } from "./assigner.ts";

test("every partition has exactly one owner, whatever the order of the members", () => {
  const share = shares(["c", "a", "b"], 5);
  expect(share).toEqual(shares(["a", "b", "c"], 5));
  expect([...share.values()].flat().sort()).toEqual([0, 1, 2, 3, 4]);
  expect([...share.values()].map((p) => p.length).sort()).toEqual([1, 2, 2]);
});

test("more members than partitions: the others stand by", () => {
  expect(shares(["a", "b", "c"], 2)).toEqual(
    new Map([
      ["a", [0]],
      ["b", [1]],
      ["c", []],
    ]),
  );
});
