import { expect, test } from "vitest";
import { lookedInto } from "./gather.ts";

test("of a hundred topics of arrivals some are looked into, and all of the other kinds", () => {
  const arrivals = Array.from({ length: 100 }, (_, i) => `cta.a_station_${i}.arrivals.v1`);
  const others = [
    "cta.stations",
    "cta.stations.table.v1",
    "cta.turnstiles.v1",
    "cta.weather.v1",
    "TURNSTILE_SUMMARY",
  ];
  const looked = lookedInto([...arrivals, ...others]);
  expect(looked.size).toBe(45);
  expect(others.filter((topic) => !looked.has(topic))).toEqual([]);
});
