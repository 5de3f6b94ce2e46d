import { poisson, seededRandom } from "../../infra/runtime/random.ts";
import { type Line, STATIONS, type Station } from "../../schemas/network/network.ts";
import { localHour } from "./calendar.ts";

/** Share of a day's entries per hour, 0 to 23, as published: they sum to 0.99. */
const HOURLY = [
  0.01, 0.01, 0.01, 0.01, 0.0125, 0.025, 0.05, 0.075, 0.125, 0.075, 0.05, 0.025, 0.0225, 0.0225, 0.0225,
  0.025, 0.05, 0.075, 0.125, 0.075, 0.05, 0.025, 0.01, 0.01,
] as const;
const HOURLY_SUM = HOURLY.reduce((sum, share) => sum + share, 0);

const MINUTE_MS = 60_000;

/** One person through one turnstile. */
export interface Entry {
  readonly stationId: number;
  /** 0-based, of the station's turnstiles. */
  readonly turnstile: number;
  readonly line: Line;
  /** Epoch ms of the service clock. */
  readonly service: number;
}

/** Expected entries per hour at a station at this moment: its day's figure by the hourly curve, scaled to 1. */
export function entriesPerHour(station: Station, epochMs: number): number {
  const { dayType, hour } = localHour(epochMs);
  return (station.entries[dayType] * (HOURLY[hour] ?? 0)) / HOURLY_SUM;
}

/**
 * Entries of each station as a Poisson process, minute by minute of service time.
 *
 * A minute's entries depend on the seed, the station and the minute alone: not on how the clock was read, what was
 * simulated before, or which other stations run. The same seed gives the same day.
 */
export class Ridership {
  readonly #seed: number;
  readonly #stations: readonly Station[];
  readonly #turnstiles: number;
  #from: number;
  /** Entries of the minute at hand that are still to come, in order of time. */
  #queue: Entry[] = [];
  /** The first minute not drawn yet. */
  #nextMinute: number;

  /** @param from - service time to begin at; entries before it have happened. */
  constructor(seed: number, turnstiles: number, from: number, stations: readonly Station[] = STATIONS) {
    this.#seed = seed;
    this.#stations = stations;
    this.#turnstiles = turnstiles;
    this.#from = from;
    this.#nextMinute = Math.floor(from / MINUTE_MS);
  }

  /** Entries since the last call, up to and including `to`, in order of time. */
  advance(to: number): Entry[] {
    while (this.#nextMinute * MINUTE_MS <= to) {
      this.#queue.push(...this.#draw(this.#nextMinute++));
    }
    const due = this.#queue.findIndex((entry) => entry.service > to);
    const count = due === -1 ? this.#queue.length : due;
    return this.#queue.splice(0, count);
  }

  #draw(minute: number): Entry[] {
    const entries = this.#stations.flatMap((station) => this.#drawStation(station, minute));
    const from = this.#from;
    return entries.filter((entry) => entry.service > from).sort((x, y) => x.service - y.service);
  }

  #drawStation(station: Station, minute: number): Entry[] {
    const random = seededRandom(this.#seed, `entries/${station.id}/${minute}`);
    const count = poisson(random, entriesPerHour(station, minute * MINUTE_MS) / 60);
    return Array.from({ length: count }, () => ({
      stationId: station.id,
      service: minute * MINUTE_MS + Math.floor(random() * MINUTE_MS),
      turnstile: Math.floor(random() * this.#turnstiles),
      // A station on two lines has one figure: each entry belongs to one of them.
      line: station.stops[Math.floor(random() * station.stops.length)]?.line ?? "red",
    }));
  }
}
