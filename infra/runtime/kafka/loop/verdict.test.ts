import { expect, test } from "vitest";
import { outcomeOf } from "./verdict.ts";

const before = (state: string) => ({ state, producerId: 1, producerEpoch: 7, places: [] });

test.each([
  ["it had committed, and the marker is missing", "CompleteCommit", 8, "commit"],
  ["it was being committed", "PrepareCommit", 8, "commit"],
  ["it committed between the question and the fence", "Ongoing", 8, "commit"],
  ["the fence aborted it: the epoch was raised twice", "Ongoing", 9, "abort"],
  ["the coordinator aborted it for its age", "CompleteAbort", 9, "abort"],
  ["it is being aborted", "PrepareAbort", 9, "abort"],
  ["nothing is known of it", "Empty", 8, "abort"],
] as const)("%s", (_, state, epoch, outcome) => {
  expect(outcomeOf(before(state), epoch)).toBe(outcome);
});

test("of a coordinator that knew of none, nothing was committed", () => {
  expect(outcomeOf(undefined, 0)).toBe("abort");
});
