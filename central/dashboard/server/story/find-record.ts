import type { InRecord, LogReader } from "../../../../infra/runtime/kafka/ports.ts";

/**
 * Where what is sought stands: below 0 behind this record, above 0 before it, 0: this is it; undefined: the record does
 * not tell.
 */
export type Compare = (record: InRecord) => number | undefined;

/** Questions to Kafka that one search may ask. */
const LOOKS = 60;

interface Probe {
  readonly found?: InRecord;
  /** Does a record say that it is behind, or before? */
  readonly behind: boolean;
  readonly before: boolean;
  /** Where to read on. */
  readonly next: number;
  readonly end: number;
}

/**
 * A record of one partition, in which records that tell are in order: found by halves, so that a long topic costs few
 * looks more than a short one.
 *
 * @param reader - with small looks.
 * @returns undefined: it is not there, or not found within the bound.
 * @throws {CodedError} KAFKA_UNAVAILABLE
 */
export async function findRecord(
  reader: LogReader,
  topic: string,
  partition: number,
  compare: Compare,
): Promise<InRecord | undefined> {
  const search = new Search(reader, topic, partition, compare);
  return await search.run();
}

class Search {
  readonly #reader: LogReader;
  readonly #topic: string;
  readonly #partition: number;
  readonly #compare: Compare;
  #looks = 0;

  constructor(reader: LogReader, topic: string, partition: number, compare: Compare) {
    this.#reader = reader;
    this.#topic = topic;
    this.#partition = partition;
    this.#compare = compare;
  }

  async run(): Promise<InRecord | undefined> {
    let low = 0;
    let high: number | undefined;
    while (this.#looks < LOOKS && (high === undefined || low < high)) {
      const middle: number = high === undefined ? low : low + Math.floor((high - low) / 2);
      const probe = await this.#probe(middle, high);
      if (!probe || probe.found || (probe.behind && probe.before)) return probe?.found;
      if (high === undefined) {
        // The first probe began at the start, so nothing is before it.
        if (probe.before || probe.next >= probe.end) return undefined;
        low = probe.next;
        high = probe.end;
      } else if (probe.behind) low = probe.next;
      else high = middle;
    }
    return undefined;
  }

  /** Read on from an offset until a record tells, or there is no more. */
  async #probe(from: number, high: number | undefined): Promise<Probe | undefined> {
    for (let at = from; this.#looks < LOOKS; ) {
      this.#looks++;
      const [looked] = await this.#reader.look([
        { topic: this.#topic, partition: this.#partition, from: at },
      ]);
      if (!looked) return undefined;
      const { next, end } = looked;
      let behind = false;
      for (const record of looked.records) {
        const order = this.#compare(record);
        if (order === undefined) continue;
        if (order === 0) return { found: record, behind, before: false, next, end };
        if (order > 0) return { behind, before: true, next, end };
        behind = true;
      }
      if (behind || next <= at || next >= (high ?? end)) return { behind, before: false, next, end };
      at = next;
    }
    return undefined;
  }
}
