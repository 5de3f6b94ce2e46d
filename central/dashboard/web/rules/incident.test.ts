import { expect, test } from "vitest";
import type { Incident } from "../../../../schemas/page/incidents.ts";
import { EN } from "../texts/en/table.ts";
import { commandsOf, lastedWords, samplesOf } from "./incident.ts";

const SINCE = Date.UTC(2026, 10, 30, 8, 12, 5);
const incident = (more: Partial<Incident>): Incident =>
  ({
    ...{ kind: "device", covers: ["device 40380-T1"], stations: [40_380], since: SINCE, endedAt: null },
    ...more,
  }) as Incident;

test("how long it lasted has its units: real time, and the service's where that is another", () => {
  const ended = { since: SINCE, endedAt: SINCE + 27_000 };
  expect(lastedWords(ended, 0, 60, EN)).toBe("27 s of real time, 27 service minutes");
  expect(lastedWords(ended, 0, 1, EN)).toBe("27 s of real time");
  expect(lastedWords({ ...ended, endedAt: null }, SINCE + 1_000, null, EN)).toBe("1 s of real time");
});

test("what was not known is not drawn as zero", () => {
  expect(samplesOf({ from: 0, stepMs: 2_000, most: [3, null, 0] })).toEqual([
    { at: 0, inTransit: 3 },
    { at: 4_000, inTransit: 0 },
  ]);
});

test("its commands name the time, and the station where it is one", () => {
  const first = (more: Partial<Incident>) => commandsOf(incident(more), EN)[0]?.[0];
  const from = "npm run replay -- --from 2026-11-30T08:11:55Z";
  expect(first({})).toBe(`${from} --to now --station 40380`);
  expect(first({ endedAt: SINCE + 20_000 })).toBe(`${from} --to 2026-11-30T08:12:35Z --station 40380`);
  expect(first({ kind: "agent", stations: [40_380, 41_400] })).toBe(`${from} --to now`);
  const shown = commandsOf(incident({ kind: "finding", covers: ["finding lost-1"] }), EN).map(
    ([line]) => line,
  );
  expect(shown).toContain("npm run audit -- show lost-1");
});
