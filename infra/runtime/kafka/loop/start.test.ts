import { expect, test } from "vitest";
import { startOf } from "./start.ts";

const bounds = { first: 10, end: 50, topicId: "this" };
const at = (next: number, ...id: readonly (string | undefined)[]) => ({
  next,
  topicId: id.length > 0 ? id[0] : "this",
});

test("the state decides, then the group, then the beginning", () => {
  expect(startOf(bounds, at(30), at(40))).toEqual({ next: 30 });
  expect(startOf(bounds, undefined, undefined)).toEqual({ next: 10 });
  expect(startOf(bounds, undefined, at(40))).toEqual({
    next: 40,
    finding: expect.stringContaining("no state"),
  });
});

test.each([
  ["another topic of the name", at(30, "that"), 10, "made again"],
  ["another one that has not grown so far", at(60, "that"), 10, "made again"],
  ["what retention has deleted", at(5), 10, "deleted before"],
  ["a log that has lost its end", at(60), 50, "lost records"],
  ["a position from before topics had ids, out of range", at(60, undefined), 10, "ends before"],
] as const)("%s is named", (_, state, next, finding) => {
  expect(startOf(bounds, state, undefined)).toEqual({ next, finding: expect.stringContaining(finding) });
  expect(startOf(bounds, undefined, state).next).toBe(next);
});

test("where one side knows no ids, the range alone decides", () => {
  expect(startOf(bounds, at(30, undefined), undefined)).toEqual({ next: 30 });
  expect(startOf({ ...bounds, topicId: undefined }, at(30), undefined)).toEqual({ next: 30 });
});

test("the very end is a position like any other", () => {
  expect(startOf(bounds, at(50), undefined)).toEqual({ next: 50 });
  expect(startOf(bounds, at(10), undefined)).toEqual({ next: 10 });
});
