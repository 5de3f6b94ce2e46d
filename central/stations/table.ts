import type { Line } from "../../schemas/network/network.ts";
import type { StationRecord } from "../../schemas/records.ts";
import type { RowEvent, Stop } from "./row.ts";

/** A stop as the state topic keeps it. */
export interface KnownStop extends Stop {
  /** Grows with every change of any stop: where two stops of a station differ, the one changed last is right. */
  readonly change: number;
}

export interface StationKey {
  readonly station_id: number;
  readonly line: Line;
}

/** What a batch of rows changed. */
export interface Changes {
  /** Stops to remember, or with null to forget. */
  readonly stops: ReadonlyMap<number, KnownStop | null>;
  /** Rows of the table to write, or with null to delete. */
  readonly stations: readonly (readonly [key: StationKey, record: StationRecord | null])[];
}

/**
 * Stops in, stations out. A station has two stops on each of its lines, so a row of the table belongs to every stop
 * with its (station, line): it lives until the last of them is gone.
 *
 * The table follows from the stops alone, so any instance that knows them writes the same rows.
 */
export class StationsTable {
  readonly #stops = new Map<number, KnownStop>();
  /** The stops of each (station, line). */
  readonly #members = new Map<string, Set<KnownStop>>();
  #change = 0;

  /** Take over a stop from the state topic. */
  restore(stopId: number, stop: KnownStop | null): void {
    const old = this.#stops.get(stopId);
    if (old) for (const key of keysOf(old)) this.#members.get(nameOf(key))?.delete(old);
    if (stop === null) {
      this.#stops.delete(stopId);
      return;
    }
    this.#stops.set(stopId, stop);
    this.#change = Math.max(this.#change, stop.change);
    for (const key of keysOf(stop)) {
      const members = this.#members.get(nameOf(key)) ?? new Set();
      this.#members.set(nameOf(key), members.add(stop));
    }
  }

  get stopCount(): number {
    return this.#stops.size;
  }

  /** What a batch of rows changes, in order. A row that says nothing new changes nothing. */
  apply(events: readonly RowEvent[]): Changes {
    const stops = new Map<number, KnownStop | null>();
    const before = new Map<string, readonly [StationKey, StationRecord | null]>();
    const remember = (stop: Stop | undefined): void => {
      for (const key of keysOf(stop)) {
        const name = nameOf(key);
        if (!before.has(name)) before.set(name, [key, this.#record(key)]);
      }
    };
    for (const event of events) {
      const known = this.#stops.get(event.stopId);
      const next = event.kind === "row" && event.stop.lines.length > 0 ? event.stop : undefined;
      if (sameStop(known, next)) continue;
      remember(known);
      remember(next);
      const stop = next ? { ...next, change: ++this.#change } : null;
      this.restore(event.stopId, stop);
      stops.set(event.stopId, stop);
    }
    const stations = [...before.values()].flatMap(([key, old]) => {
      const record = this.#record(key);
      return sameRecord(old, record) ? [] : [[key, record] as const];
    });
    return { stops, stations };
  }

  #record(key: StationKey): StationRecord | null {
    let newest: KnownStop | undefined;
    for (const stop of this.#members.get(nameOf(key)) ?? []) {
      if (!newest || stop.change > newest.change) newest = stop;
    }
    return newest ? { ...key, station_name: newest.station_name, order: newest.order } : null;
  }
}

function keysOf(stop: Stop | undefined): StationKey[] {
  return stop ? stop.lines.map((line) => ({ station_id: stop.station_id, line })) : [];
}

function nameOf({ station_id, line }: StationKey): string {
  return `${station_id} ${line}`;
}

function sameStop(a: Stop | undefined, b: Stop | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.station_id === b.station_id &&
    a.station_name === b.station_name &&
    a.order === b.order &&
    a.lines.join() === b.lines.join()
  );
}

function sameRecord(a: StationRecord | null, b: StationRecord | null): boolean {
  return a === b || (a?.station_name === b?.station_name && a?.order === b?.order);
}
