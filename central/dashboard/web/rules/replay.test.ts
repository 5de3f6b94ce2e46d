import { describe, expect, test } from "vitest";
import type { RecountAnswer, Tick } from "../../../../schemas/page/history.ts";
import { EN } from "../texts/en/table.ts";
import { momentOf, rawWords, recountWords, searchWith, tickFrom, ticksAt } from "./replay.ts";

const NOON = Date.UTC(2026, 10, 30, 12);

test("an address keeps its moment in whole seconds, beside whatever else it has", () => {
  expect(searchWith("", NOON + 400)).toBe("?at=2026-11-30T12:00:00Z");
  expect(searchWith("?wall", NOON)).toBe("?at=2026-11-30T12:00:00Z&wall");
  expect(searchWith("?at=2026-11-30T12:00:00Z&wall", null)).toBe("?wall");
  expect(searchWith("?at=2026-11-30T12:00:00Z", null)).toBe("");
  expect(momentOf("?wall&at=2026-11-30T12:00:00Z")).toBe(NOON);
  expect(momentOf("?wall")).toBeNull();
  expect(momentOf("?at=noon")).toBeNaN();
});

test("from event to event: those of the second where one is are passed", () => {
  const tick = (at: number, until: number | null = null): Tick => ({ kind: "stalled", at, until, words: "" });
  const ticks = [tick(1_000), tick(5_000, 9_000), tick(5_500), tick(20_000)];
  expect(tickFrom(ticks, 5_000, 1)?.at).toBe(20_000);
  expect(tickFrom(ticks, 5_000, -1)?.at).toBe(1_000);
  expect([tickFrom(ticks, 20_000, 1), tickFrom(ticks, 1_000, -1)]).toEqual([undefined, undefined]);
  expect(ticksAt(ticks, 7_000).map(({ at }) => at)).toEqual([5_000, 5_500]);
  expect(ticksAt(ticks, 15_000)).toEqual([]);
});

describe("an interval counted again", () => {
  const count: RecountAnswer = {
    ...{ from: NOON, to: NOON + 60_000, whole: true, entries: 1_234, arrivals: 1, devices: 12, stations: 3 },
    ...{ inRaw: 1_235, notCompared: 0, nameless: 0, faults: [], moreFaults: 0 },
  };

  test("is said to be whole only where it is", () => {
    expect(recountWords(count, EN)).toMatch(
      /^\d\d:00:00 to \d\d:01:00: 1,234 entries and 1 arrival of 12 devices, each once and in order, and none missing between two of them\.$/,
    );
    const faults = [
      { what: "missing", deviceId: "40380-T1", bootId: 7, from: 5, to: 5 },
      { what: "doubled", deviceId: "40380-T2", bootId: 7, from: 8, to: 9 },
    ];
    expect(recountWords({ ...count, whole: false, faults, moreFaults: 4 }, EN)).toMatch(
      /not whole: 40380-T1 number 5 missing; 40380-T2 numbers 8–9 doubled; 4 more\.$/,
    );
    expect(recountWords({ ...count, whole: false, nameless: 2 }, EN)).toMatch(/2 records name no reading\.$/);
    expect(recountWords({ ...count, entries: 0, arrivals: 0 }, EN)).toMatch(/: no reading came\.$/);
  });

  test("says what the raw topic was not seen to have", () => {
    expect(rawWords(count, EN)).toBe("The raw topic has 1,235 of them too.");
    expect(rawWords({ ...count, inRaw: 1_000, notCompared: 235 }, EN)).toMatch(/; 235 came to it more than/);
    expect(rawWords({ ...count, entries: 0, arrivals: 0 }, EN)).toBe("");
  });
});
