import { expect, test } from "vitest";
import type { FindingReporter } from "./account.ts";
import { type Covered, StationAudit } from "./station.ts";

/** What a memory covers needs no finding. */
const noReporter = {} as FindingReporter;
const stationCovering = (raw: Covered) => new StationAudit(40380, noReporter, true, undefined, { raw });

test.each<[string, Covered, topicId: string | undefined, madeAnew: boolean, covers: boolean]>([
  ["the same topic", { next: 5, topicId: "a" }, "a", false, true],
  ["the same topic, though another was read before", { next: 5, topicId: "a" }, "a", true, true],
  ["another topic of its name", { next: 5, topicId: "a" }, "b", false, false],
  ["another one than at the last look", { next: 5, topicId: undefined }, "b", true, false],
  [
    "the memory has no id, and nothing shows another topic",
    { next: 5, topicId: undefined },
    "b",
    false,
    true,
  ],
  ["the topic that is read has no known id", { next: 5, topicId: "a" }, undefined, false, true],
])("%s: is what a station's memory covers left out?", (_, covered, topicId, madeAnew, covers) => {
  const station = stationCovering(covered);
  expect(station.covers("raw", 4)).toBe(true);
  expect(station.covers("raw", 5)).toBe(false);
  station.reads("raw", topicId, madeAnew);
  expect(station.covers("raw", 4)).toBe(covers);
});
