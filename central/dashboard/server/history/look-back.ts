import type { Topics } from "../../../../schemas/topics.ts";

/** How far before a moment each topic is read, so that the moment is as a page would have shown it, ms. */
export interface LookBack {
  readonly topic: string;
  readonly ms: number;
}

/** Three hours of the service clock at 60×: a station's bars. */
export const ENTRIES_MS = 3 * 60_000;
/** Hop delays are those of ten seconds, and rates need two verdicts. */
export const SETTLE_MS = 12_000;
/** Each agent repeats what it knows within 15 s; one that is late misses two. */
const DEVICES_MS = 40_000;
/** The auditor speaks once a second. What is older said nothing of this moment. */
export const VERDICT_MS = 15_000;
/** A vehicle that has been silent for longer is left out: ten minutes of a large fleet would take too long. */
const VEHICLES_MS = 60_000;
/** Weather changes once an hour of the service clock, which may be the wall clock's. */
const WEATHER_MS = 3 * 3_600_000;

/** @param trainsMs - how far back a page reads arrivals. */
export function lookBacks(topics: Topics, trainsMs: number): readonly LookBack[] {
  return [
    { topic: topics.arrivals, ms: trainsMs },
    { topic: topics.turnstiles, ms: ENTRIES_MS },
    { topic: topics.weather, ms: WEATHER_MS },
    { topic: topics.devices, ms: DEVICES_MS },
    { topic: topics.audit, ms: VERDICT_MS + SETTLE_MS },
    { topic: topics.fleet, ms: VEHICLES_MS },
    { topic: topics.deadLetter, ms: ENTRIES_MS },
  ];
}
