import type { InRecord, Kafka, LogReader } from "../../../../infra/runtime/kafka/ports.ts";
import type { StoryRef } from "../../../../schemas/page/story.ts";
import { HEADERS, parseTimes, partitionOf, type Topics } from "../../../../schemas/topics.ts";
import type { RecordPlace } from "../model/inputs.ts";
import type { Trail } from "../model/trail.ts";
import { findRecord } from "./find-record.ts";
import { cleanOf, type RawReading, rawWithin, readingIn, windowOf } from "./raw-search.ts";

/** What was found of one reading. It only gains: records do not change. */
export interface Located {
  /** The frame as the ring held it, once it was seen there. */
  frame: Buffer | null;
  raw: RawReading | null;
  clean: InRecord | null;
  row: InRecord | null;
}

/** Which topics a reading's records are in. */
export interface ReadingTopics {
  readonly clean: string;
  readonly stationId: number;
}

export interface LocatorOptions {
  readonly kafka: Kafka;
  readonly topics: Topics;
  readonly trail: Trail;
  /** How many partitions there were before; undefined: as many. */
  readonly earlier: () => number | undefined;
}

/** What is known before a search. */
export interface Search {
  /** dedup has it: there is a clean record, unless it was deleted. */
  readonly counted: boolean;
  /** When the device counted it, wall ms; null: not known. */
  readonly pressedAt: number | null;
  readonly now: number;
}

/** Stories that are followed at once, or were looked at last. */
const KEPT = 128;
/** What one look of a search takes. */
const LOOK_BYTES = 256 * 1024;
/** A reading that has no clean record yet came to Kafka at most so long ago, or is not looked for, ms. */
const RECENT_MS = 600_000;
const SEARCH_AGAIN_MS = 1_000;

/**
 * Finds the records of readings: by the index of the newest where it has them, else by halves (`findRecord`). Each is
 * found once and kept. One search at a time.
 */
export class Locator {
  readonly #options: LocatorOptions;
  readonly #reader: LogReader;
  readonly #kept = new Map<string, Located>();
  readonly #searchedAt = new Map<string, number>();
  /** Their number changes only while everything is stopped. */
  readonly #partitions = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LocatorOptions) {
    this.#options = options;
    this.#reader = options.kafka.logReader({ headers: Object.values(HEADERS), partitionBytes: LOOK_BYTES });
  }

  /** What is known of it so far; made empty where it is new. */
  of(ref: StoryRef): Located {
    const key = keyOf(ref);
    const known = this.#kept.get(key) ?? { frame: null, raw: null, clean: null, row: null };
    this.#kept.delete(key);
    this.#kept.set(key, known);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return known;
  }

  /**
   * Look for what is missing of it.
   *
   * @throws {CodedError} KAFKA_UNAVAILABLE
   */
  async locate(ref: StoryRef, of: ReadingTopics, search: Search): Promise<Located> {
    const known = this.of(ref);
    if (known.raw && known.clean && known.row) return known;
    const done = this.#last.then(async () => {
      known.clean ??= await this.#clean(ref, of, search.counted, search.now);
      known.raw ??= await this.#raw(ref, of, known, search);
      known.row ??= await this.#row(of, known.clean);
      return known;
    });
    this.#last = done.catch(() => {});
    return await done;
  }

  async stop(): Promise<void> {
    await this.#last;
    await this.#reader.stop();
  }

  async #clean(
    ref: StoryRef,
    { clean, stationId }: ReadingTopics,
    counted: boolean,
    now: number,
  ): Promise<InRecord | null> {
    const place = this.#options.trail.find(ref);
    if (place) return await this.#at(place);
    if (!counted || !this.#due(`${keyOf(ref)} clean`, now)) return null;
    for (const partition of await this.#partitionsOf(clean, stationId)) {
      const found = await findRecord(this.#reader, clean, partition, cleanOf(ref));
      if (found) return found;
    }
    return null;
  }

  async #raw(
    ref: StoryRef,
    { stationId }: ReadingTopics,
    { clean }: Located,
    { pressedAt, now }: Search,
  ): Promise<RawReading | null> {
    const times = parseTimes(clean?.headers[HEADERS.times] ?? "");
    const window = times ? windowOf(times) : pressedAt === null ? null : { from: pressedAt, to: now };
    if (!window || (!clean && now - window.from > RECENT_MS)) return null;
    if (!this.#due(`${keyOf(ref)} ${clean ? "raw, counted" : "raw"}`, now)) return null;
    const { raw } = this.#options.topics;
    const partitions = clean ? [clean.partition] : await this.#partitionsOf(raw, stationId);
    for (const partition of partitions) {
      const found = await findRecord(this.#reader, raw, partition, rawWithin(ref, window));
      if (found) return readingIn(found, ref) ?? null;
    }
    return null;
  }

  async #row({ stationId }: ReadingTopics, clean: InRecord | null): Promise<InRecord | null> {
    const row = clean && this.#options.trail.summed(stationId, clean);
    return row ? await this.#at(row.place) : null;
  }

  async #at({ topic, partition, offset }: RecordPlace): Promise<InRecord | null> {
    const [looked] = await this.#reader.look([{ topic, partition, from: offset }]);
    const [record] = looked?.records ?? [];
    return record?.offset === offset ? record : null;
  }

  /** A search that found nothing is made again after a while only. */
  #due(search: string, now: number): boolean {
    const before = this.#searchedAt.get(search);
    if (before !== undefined && now - before < SEARCH_AGAIN_MS) return false;
    if (this.#searchedAt.size > 4 * KEPT) this.#searchedAt.clear();
    this.#searchedAt.set(search, now);
    return true;
  }

  /** Where a station's records are, and where they were before. */
  async #partitionsOf(topic: string, stationId: number): Promise<readonly number[]> {
    const now = await this.#countOf(topic);
    const earlier = this.#options.earlier() ?? now;
    return [...new Set([now, earlier].map((count) => partitionOf(stationId, count)))];
  }

  async #countOf(topic: string): Promise<number> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const admin = await this.#options.kafka.admin();
    try {
      const count = await admin.partitionsOf(topic);
      this.#partitions.set(topic, count);
      return count;
    } finally {
      await admin.close();
    }
  }
}

function keyOf({ deviceId, bootId, seq }: StoryRef): string {
  return `${deviceId} ${bootId} ${seq}`;
}
