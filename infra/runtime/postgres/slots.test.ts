import { expect, test } from "vitest";
import { type SlotState, slotProblem } from "./slots.ts";

const MB = 1e6;
const slot = (change: Partial<SlotState>): SlotState => ({
  name: "elevated_stations",
  active: true,
  lost: false,
  cause: null,
  retainedBytes: 16 * MB,
  lagBytes: 0,
  headroomBytes: 1_000 * MB,
  ...change,
});

test("a slot that keeps little, or has no bound to fear yet, is well", () => {
  expect(slotProblem(slot({}))).toBeUndefined();
  expect(slotProblem(slot({ active: false }))).toBeUndefined();
  expect(slotProblem(slot({ headroomBytes: null, retainedBytes: 900 * MB }))).toBeUndefined();
});

test("one that is past half of what it may keep says how much is left", () => {
  expect(slotProblem(slot({ retainedBytes: 600 * MB, headroomBytes: 424 * MB }))).toMatch(
    /elevated_stations keeps 600 MB of PostgreSQL's log and is lost after 424 MB more: .*connect -- status/,
  );
  expect(slotProblem(slot({ retainedBytes: 2_000 * MB, headroomBytes: null }))).toMatch(/keeps 2,000 MB/);
});

test("a lost one says why, and what makes a new one", () => {
  expect(
    slotProblem(slot({ lost: true, cause: "wal_removed", retainedBytes: null, headroomBytes: null })),
  ).toMatch(/elevated_stations is lost \(wal_removed\): .*npm run connect -- apply/);
});
