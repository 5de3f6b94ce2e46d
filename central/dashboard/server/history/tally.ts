import type { LogReader } from "../../../../infra/runtime/kafka/ports.ts";
import { Anchors, moved } from "./anchors.ts";
import { stationIn } from "./station-in.ts";
import type { Counts, CountsAt } from "./station-sums.ts";

export interface TallyOptions {
  /** The clean topic of turnstiles. */
  readonly topic: string;
  /** What the sums say now of a partition; null: nothing. */
  readonly present: (partition: number, partitions: number) => CountsAt | null;
  /** Have stations moved? Then one has records in several partitions. Left out: none has. */
  readonly regrouped?: () => boolean;
}

/** Records between two anchors. */
const STRETCH = 100_000;
/** No partition is as long: Kafka answers where it begins and ends, and brings no records. */
const BEYOND = Number.MAX_SAFE_INTEGER;

/**
 * How many entries each station had below an offset of the clean topic, counted from its records: on from the topic's
 * beginning while that is still there, or back from the sums of now. What was counted is kept as anchors, so a moment
 * near one that was asked for costs little.
 */
export class Tally {
  readonly #options: TallyOptions;
  readonly #anchors = new Map<number, Anchors>();
  #topicId: string | undefined;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  /** Anchors kept in all. */
  get size(): number {
    return [...this.#anchors.values()].reduce((n, { size }) => n + size, 0);
  }

  /**
   * Entries per station below these offsets, one per partition.
   *
   * @param hasTime - asked before each stretch. false ends it with null: what was counted so far is kept, and the next
   * question goes on there.
   * @returns null: it is not known (yet).
   * @throws {CodedError} KAFKA_UNAVAILABLE
   */
  async below(
    reader: Pick<LogReader, "look">,
    offsets: readonly number[],
    hasTime: () => boolean,
  ): Promise<Counts | null> {
    const all = new Map<number, number>();
    for (const [partition, offset] of offsets.entries()) {
      const counts = await this.#below(reader, { partition, offset, partitions: offsets.length }, hasTime);
      if (!counts) return null;
      for (const [station, n] of counts) all.set(station, (all.get(station) ?? 0) + n);
    }
    return all;
  }

  async #below(
    reader: Pick<LogReader, "look">,
    { partition, offset, partitions }: { partition: number; offset: number; partitions: number },
    hasTime: () => boolean,
  ): Promise<Counts | null> {
    const anchors = await this.#known(reader, partition, partitions);
    for (;;) {
      const near = anchors.nearest(offset);
      if (!near) return null;
      const { offset: at, counts } = near;
      if (at === offset) return counts;
      if (!hasTime()) return null;
      const forward = at < offset;
      const next = forward ? Math.min(offset, at + STRETCH) : Math.max(offset, at - STRETCH);
      const [from, to] = forward ? [at, next] : [next, at];
      const between = await this.#count(reader, partition, from, to);
      if (!between) return null;
      anchors.put({ offset: next, counts: moved(counts, between, forward ? 1 : -1) });
    }
  }

  async #known(reader: Pick<LogReader, "look">, partition: number, partitions: number): Promise<Anchors> {
    const [looked] = await reader.look([{ topic: this.#options.topic, partition, from: BEYOND }]);
    if (looked && looked.topicId !== this.#topicId) {
      // Another topic of the name, whose offsets mean something else.
      this.#anchors.clear();
      this.#topicId = looked.topicId;
    }
    const anchors = this.#anchors.get(partition) ?? new Anchors();
    this.#anchors.set(partition, anchors);
    if (!looked) return anchors;
    const { regrouped, present: presentOf } = this.#options;
    const present = presentOf(partition, partitions);
    // A sum of now stands in the partition that its station has now, for the records of all. So one that was moved is
    // right only where every partition is counted back from now.
    const back = present !== null && regrouped?.() === true;
    if (looked.start === 0 && !back) anchors.put({ offset: 0, counts: new Map() });
    else anchors.dropBelow(looked.start);
    if (present && present.offset <= looked.end) anchors.put(present);
    return anchors;
  }

  /** Entries per station from one offset to before another; null: they are not all there. */
  async #count(
    reader: Pick<LogReader, "look">,
    partition: number,
    from: number,
    to: number,
  ): Promise<Counts | null> {
    const counts = new Map<number, number>();
    for (let at = from; at < to; ) {
      const [looked] = await reader.look([{ topic: this.#options.topic, partition, from: at }]);
      if (!looked || looked.start > at || looked.unreadable.length > 0 || looked.next <= at) return null;
      looked.records.forEach(({ offset, headers }) => {
        if (offset >= to) return;
        const station = stationIn(headers);
        counts.set(station, (counts.get(station) ?? 0) + 1);
      });
      at = looked.next;
    }
    return counts;
  }
}
