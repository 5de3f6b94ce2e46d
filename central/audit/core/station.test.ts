import { expect, test } from "vitest";
import type { FindingReporter } from "./account.ts";
import { type Covered, StationAudit } from "./station.ts";

const nobody = {} as FindingReporter;
const remembered = (covered: Covered) => new StationAudit(40380, nobody, true, undefined, { raw: covered });

test.each<[string, Covered, topicId: string | undefined, madeAnew: boolean, covers: boolean]>([
  ["the same topic", { next: 5, topicId: "a" }, "a", false, true],
  ["the same topic, though another was read before", { next: 5, topicId: "a" }, "a", true, true],
  ["another topic of its name", { next: 5, topicId: "a" }, "b", false, false],
  ["another one than at the last look", { next: 5, topicId: undefined }, "b", true, false],
  ["an id that was not kept", { next: 5, topicId: undefined }, "b", false, true],
  ["an id that nobody tells", { next: 5, topicId: "a" }, undefined, false, true],
])("%s: is what a station's memory covers left out?", (_, covered, topicId, madeAnew, covers) => {
  const station = remembered(covered);
  expect(station.covers("raw", 4)).toBe(true);
  expect(station.covers("raw", 5)).toBe(false);
  station.reads("raw", topicId, madeAnew);
  expect(station.covers("raw", 4)).toBe(covers);
});
