import { expect, test } from "vitest";
import { EN } from "../texts/en/table.ts";
import { ageWords, freshnessOf, reportingWords, trainWords } from "./freshness.ts";

const NOW = 100_000;
const heard = { known: true, lostSince: null, silentSince: null };

test("what is shown is live, or as of one moment for every panel", () => {
  expect(freshnessOf({ ...heard, known: false })).toEqual({ state: "starting" });
  expect(freshnessOf(heard)).toEqual({ state: "live" });
  expect(freshnessOf({ ...heard, lostSince: 90_000 })).toEqual({
    ...{ state: "as-of", since: 90_000, why: "disconnected" },
  });
  // The server had been deaf before this page lost it.
  expect(freshnessOf({ ...heard, lostSince: 90_000, silentSince: 60_000 })).toEqual({
    ...{ state: "as-of", since: 60_000, why: "disconnected" },
  });
});

test("without news nothing is said to report", () => {
  expect(reportingWords(freshnessOf(heard), 372, NOW, EN)).toBe("Nothing. All 372 devices are reporting.");
  expect(reportingWords(freshnessOf(heard), 1, NOW, EN)).toBe("Nothing. The one device is reporting.");
  expect(reportingWords(freshnessOf(heard), 0, NOW, EN)).toBe("No device has been heard yet.");
  const lost = freshnessOf({ ...heard, lostSince: 88_000 });
  expect(reportingWords(lost, 372, NOW, EN)).toBe("Not known. This page has heard nothing for 12 s.");
  expect(ageWords(lost, NOW, EN)).toBe("as of 12 s ago");
  expect(ageWords(freshnessOf(heard), NOW, EN)).toBe("");
  const silent = freshnessOf({ ...heard, silentSince: 70_000 });
  expect(reportingWords(silent, 372, NOW, EN)).toBe("Not known. No device has been heard for 30 s.");
});

test("a train that was not seen for long is counted as that, and not as none", () => {
  const trains = (seen: number, unseen: number) =>
    Array.from({ length: seen + unseen }, (_, i) => ({ stale: i >= seen }));
  expect(trainWords(trains(10, 0), EN)).toBe("10 trains");
  expect(trainWords(trains(8, 2), EN)).toBe("8 trains, 2 unseen");
  expect(trainWords(trains(0, 1), EN)).toBe("1 train unseen");
});
