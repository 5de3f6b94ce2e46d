import { expect, test } from "vitest";
import { type CleanRecord, differing, evidenceOf } from "./evidence.ts";

const pressed = new Map([
  ["40380-T1", 3],
  ["40380-T2", 1],
]);
const at = (offset: number, reading: string, partition = 0): CleanRecord => ({ partition, offset, reading });
const ALL = [
  at(0, "40380-T1;7;1;1"),
  at(1, "40380-T1;7;2;1"),
  at(3, "40380-T1;8;1;1"),
  at(0, "40380-T2;9;1;1", 1),
];

test("each press once and in order: nothing to say", () => {
  expect(evidenceOf(pressed, ALL)).toMatchObject({
    pressed: 4,
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
    strange: [],
  });
});

test("a record that a consumer got twice is one record", () => {
  expect(evidenceOf(pressed, [...ALL, ...ALL])).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0 });
});

test("what is missing, doubled or behind a later one is named by its device", () => {
  expect(evidenceOf(pressed, ALL.slice(1)).devices[0]).toMatchObject({ pressed: 3, arrived: 2 });
  const doubled = evidenceOf(pressed, [...ALL, at(9, "40380-T1;7;2;1")]);
  expect(doubled).toMatchObject({ lost: 0, doubled: 1, outOfOrder: 0 });
  expect(doubled.devices[0]?.doubled).toEqual(["40380-T1 7:2"]);
  const swapped = [at(0, "40380-T1;7;2;1"), at(1, "40380-T1;7;1;1"), ...ALL.slice(2)];
  expect(evidenceOf(pressed, swapped)).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 1 });
});

test("one lost and one doubled do not cancel", () => {
  const records = [...ALL.filter(({ reading }) => reading !== "40380-T1;7;1;1"), at(9, "40380-T1;8;1;1")];
  expect(evidenceOf(pressed, records)).toMatchObject({ lost: 1, doubled: 1 });
});

test("a reading without a press is strange", () => {
  expect(evidenceOf(pressed, [...ALL, at(9, "41400-T1;1;1;1"), at(10, "nonsense")]).strange).toEqual([
    "41400-T1;1;1;1",
    "nonsense",
  ]);
});

test("counts that differ are named, also where one side has none", () => {
  const one = new Map([
    ["40380", 3],
    ["41400", 1],
  ]);
  expect(differing(one, new Map([["40380", 3]]))).toEqual([["41400", 1, 0]]);
  expect(differing(new Map([["40380", 2]]), one)).toEqual([
    ["40380", 2, 3],
    ["41400", 0, 1],
  ]);
});
