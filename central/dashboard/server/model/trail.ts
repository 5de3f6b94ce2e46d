import type { Verdict } from "../../../../schemas/audit.ts";
import type { StoryRef } from "../../../../schemas/page/story.ts";
import { parseCut, parseReading, parseStationTopic } from "../../../../schemas/topics.ts";
import type { RecordPlace } from "./inputs.ts";

/** A reading and its clean record. */
export interface CleanRecord extends StoryRef {
  readonly place: RecordPlace;
}

/** A row of the table of sums, and how far the clean topic is in it. */
export interface SummedRow {
  readonly place: RecordPlace;
  readonly cut: ReadonlyMap<number, number>;
}

/** Kept of each device, and of each station's sums. */
const READINGS = 64;
const ROWS = 64;
/** Verdicts, of which one comes a second. */
const VERDICTS = 600;

/** How far an auditor had read, and when. */
interface Audited {
  readonly asOf: number;
  readonly positions: Verdict["positions"];
}

/** Where the newest readings are in the clean topics, and which row first has them in: an index, so that none is searched. */
export class Trail {
  readonly #readings = new Map<string, CleanRecord[]>();
  readonly #rows = new Map<number, SummedRow[]>();
  readonly #audited: Audited[] = [];

  reading(place: RecordPlace | undefined): void {
    if (place?.header === undefined) return;
    const { deviceId, bootId, seq } = parseReading(place.header);
    if (!Number.isSafeInteger(bootId) || !Number.isSafeInteger(seq)) return;
    push(this.#readings, deviceId, { deviceId, bootId, seq, place }, READINGS);
  }

  row(stationId: number, place: RecordPlace | undefined): void {
    const cut = parseCut(place?.header);
    if (place && cut) push(this.#rows, stationId, { place, cut }, ROWS);
  }

  verdict(verdict: Verdict | null): void {
    if (!verdict || verdict.asOf === this.#audited.at(-1)?.asOf) return;
    // A station's own topic is a copy, and there are many.
    const merged = Object.entries(verdict.positions).filter(([topic]) => !parseStationTopic(topic));
    this.#audited.push({ asOf: verdict.asOf, positions: Object.fromEntries(merged) });
    if (this.#audited.length > VERDICTS) this.#audited.shift();
  }

  /**
   * Has an auditor read this record?
   *
   * @returns when it had for the first time, wall ms; null: before the verdicts that are kept; undefined: it has not.
   */
  auditedAt({
    topic,
    partition,
    offset,
  }: Pick<RecordPlace, "topic" | "partition" | "offset">): number | null | undefined {
    const first = this.#audited.findIndex(({ positions }) => (positions[topic]?.[partition] ?? 0) > offset);
    if (first < 0) return undefined;
    return first === 0 ? null : (this.#audited[first]?.asOf ?? null);
  }

  /** undefined: it is not among the newest, or not there yet. */
  find({ deviceId, bootId, seq }: StoryRef): RecordPlace | undefined {
    return this.#readings.get(deviceId)?.find((one) => one.bootId === bootId && one.seq === seq)?.place;
  }

  newest(deviceId: string): CleanRecord | undefined {
    return this.#readings.get(deviceId)?.at(-1);
  }

  /** The newest of each device, newest first. */
  all(): CleanRecord[] {
    return [...this.#readings.values()]
      .flatMap((some) => some.at(-1) ?? [])
      .sort((x, y) => y.place.at - x.place.at);
  }

  /** Do rows of this station say how far they go? */
  hasCuts(stationId: number): boolean {
    return this.#rows.has(stationId);
  }

  /**
   * The station's first row that is known to have this clean record in; undefined: none has it, or none says so.
   * Of an old record it is a later row than the first.
   */
  summed(
    stationId: number,
    { partition, offset }: Pick<RecordPlace, "partition" | "offset">,
  ): SummedRow | undefined {
    return this.#rows.get(stationId)?.find(({ cut }) => (cut.get(partition) ?? 0) > offset);
  }
}

function push<K, T>(map: Map<K, T[]>, key: K, value: T, most: number): void {
  const some = map.get(key);
  if (!some) map.set(key, [value]);
  else if (some.push(value) > most) some.shift();
}
