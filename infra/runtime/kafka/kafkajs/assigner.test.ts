import { expect, test } from "vitest";
import { shares } from "./assigner.ts";

const members = (...ids: readonly string[]) => ids.map((id) => ({ id, declined: new Set<number>() }));

test("every partition has exactly one owner, whatever the order of the members", () => {
  const share = shares(members("c", "a", "b"), 5);
  expect(share).toEqual(shares(members("a", "b", "c"), 5));
  expect([...share.values()].flat().sort()).toEqual([0, 1, 2, 3, 4]);
  expect([...share.values()].map((p) => p.length).sort()).toEqual([1, 2, 2]);
});

test("more members than partitions: the others stand by", () => {
  expect(shares(members("a", "b", "c"), 2)).toEqual(
    new Map([
      ["a", [0]],
      ["b", [1]],
      ["c", []],
    ]),
  );
});

test("a partition that a member declines goes to one that does not; when all do, to one of them", () => {
  const declining = { id: "a", declined: new Set([0]) };
  expect(shares([declining, ...members("b")], 2)).toEqual(
    new Map([
      ["a", [1]],
      ["b", [0]],
    ]),
  );
  expect(shares([declining], 2)).toEqual(new Map([["a", [0, 1]]]));
});
