import { LINES, type Line } from "../../schemas/network/network.ts";
import type { StationRecord } from "../../schemas/records.ts";
import type { PlacedEvent, StopRow } from "./row.ts";

/** A stop as the state topic keeps it. */
export interface KnownStop extends StopRow {
  /** Grows with every change of any stop: where two stops of a station differ, the one changed last is right. */
  readonly change: number;
  /** In Connect's topic, of the record that changed it last; left out: a state from before this was kept. */
  readonly offset?: number;
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
  readonly #stops = new Map<
    number,
    { readonly stop: KnownStop; readonly places: readonly StationOnLine[] }
  >();
  /** Every (station, line) that was ever seen. */
  readonly #places = new Map<number, StationOnLine>();
  #change = 0;
  /** Offsets of the records that ended stops, while this task lives: a late correction must not bring one back. */
  readonly #ended = new Map<number, number>();

  /** Take over a stop from the state topic. */
  restore(stopId: number, stop: KnownStop | null): void {
    const old = this.#stops.get(stopId);
    if (old) for (const { members } of old.places) members.delete(old.stop);
    if (stop === null) {
      this.#stops.delete(stopId);
      return;
    }
    const places = this.#placesOf(stop);
    this.#stops.set(stopId, { stop, places });
    this.#change = Math.max(this.#change, stop.change);
    for (const { members } of places) members.add(stop);
  }

  get stopCount(): number {
    return this.#stops.size;
  }

  /**
   * What a batch of rows changes, in order. A row that says nothing new changes nothing, and neither does a correction of
   * a record that is no longer its stop's last.
   */
  apply(events: readonly PlacedEvent[]): Changes {
    const stops = new Map<number, KnownStop | null>();
    const before = new Map<StationOnLine, KnownStop | undefined>();
    const remember = (places: readonly StationOnLine[]): void => {
      for (const place of places) if (!before.has(place)) before.set(place, newestOf(place));
    };
    for (const event of events) {
      if (!this.#holds(event)) continue;
      const known = this.#stops.get(event.stopId);
      const next = event.kind === "row" && event.stop.lines.length > 0 ? event.stop : undefined;
      if (sameStop(known?.stop, next)) continue;
      if (known) remember(known.places);
      if (next) remember(this.#placesOf(next));
      const stop = next ? { ...next, change: ++this.#change, offset: event.offset } : null;
      this.restore(event.stopId, stop);
      this.#end(event, stop === null);
      stops.set(event.stopId, stop);
    }
    const stations: (readonly [StationKey, StationRecord | null])[] = [];
    for (const [place, old] of before) {
      const stop = newestOf(place);
      if (!sameName(old, stop)) stations.push([place.key, stop ? recordOf(place.key, stop) : null]);
    }
    return { stops, stations };
  }

  #holds({ stopId, corrects }: PlacedEvent): boolean {
    if (corrects === undefined) return true;
    const last = this.#stops.get(stopId)?.stop.offset ?? this.#ended.get(stopId) ?? -1;
    return last <= corrects;
  }

  #end({ stopId, offset }: PlacedEvent, ended: boolean): void {
    if (!ended) this.#ended.delete(stopId);
    else {
      if (this.#ended.size >= ENDED) this.#ended.clear();
      this.#ended.set(stopId, offset);
    }
  }

  #placesOf({ station_id, lines }: StopRow): readonly StationOnLine[] {
    return lines.map((line) => {
      const id = station_id * LINES.length + LINES.indexOf(line);
      const known = this.#places.get(id);
      if (known) return known;
      const place = { key: { station_id, line }, members: new Set<KnownStop>() };
      this.#places.set(id, place);
      return place;
    });
  }
}

/** Stops that ended of late, at most. Beyond that the next look at the source mends what a late correction did. */
const ENDED = 10_000;

/** A (station, line) with the stops that say so. */
interface StationOnLine {
  readonly key: StationKey;
  readonly members: Set<KnownStop>;
}

/** The stop that says how the place is called; undefined: it is on the line no more. */
function newestOf({ members }: StationOnLine): KnownStop | undefined {
  let newest: KnownStop | undefined;
  for (const stop of members) {
    if (!newest || stop.change > newest.change) newest = stop;
  }
  return newest;
}

function recordOf({ station_id, line }: StationKey, { station_name, order }: StopRow): StationRecord {
  return { station_id, station_name, order, line };
}

export function sameStop(a: StopRow | undefined, b: StopRow | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.station_id === b.station_id &&
    a.station_name === b.station_name &&
    a.order === b.order &&
    a.lines.length === b.lines.length &&
    a.lines.every((line, i) => line === b.lines[i])
  );
}

/** Of two stops of one place: the same row of the table. */
function sameName(a: StopRow | undefined, b: StopRow | undefined): boolean {
  return a === b || (a?.station_name === b?.station_name && a?.order === b?.order);
}
