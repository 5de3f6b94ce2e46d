import type { Regrouping } from "../../../schemas/audit.ts";
import { DEVICE_KINDS, type DeviceKind } from "../../../schemas/network/devices.ts";
import type { StationNetwork } from "../../../schemas/network/network.ts";
import { partitionOf, type Topics } from "../../../schemas/topics.ts";
import { ReadingProgress } from "./reading-progress.ts";

/** What an auditor reads. */
export interface AuditedTopics {
  readonly topics: Topics;
  /** Of the raw topic and of everything that dedup writes. */
  readonly partitions: number;
  /** Of the table of sums; left out: as many. */
  readonly tablePartitions?: number;
  /** The last change of their number; left out: there was none. */
  readonly regrouping?: Regrouping | null;
  /** Stations that are expected; left out: Chicago's. */
  readonly network?: StationNetwork;
  /** A station's own topic of a kind of reading. */
  readonly copyOf: (kind: DeviceKind, stationId: number) => string;
}

/** Where a partition is to be read on. */
export type ReadingPosition = readonly [topic: string, partition: number, next: number];

/** How far an auditor has read: each partition of each topic. */
export class ReadingPositions {
  readonly #options: AuditedTopics;
  readonly #progress = new Map<string, ReadingProgress>();

  /** @param state - as `toJSON` gave it. */
  constructor(options: AuditedTopics, state: readonly ReadingPosition[] = []) {
    this.#options = options;
    for (const [topic, partition, next] of state) this.progress(topic, partition).position = next;
  }

  progress(topic: string, partition: number): ReadingProgress {
    const key = `${topic}@${partition}`;
    let progress = this.#progress.get(key);
    if (!progress) {
      progress = new ReadingProgress();
      this.#progress.set(key, progress);
    }
    return progress;
  }

  /** What the memory of a station covers now: per topic, the next offset in its partition. */
  covered(stationId: number): Readonly<Record<string, number>> {
    const { topics, partitions, copyOf } = this.#options;
    const own = partitionOf(stationId, partitions);
    const covered: Record<string, number> = {};
    for (const topic of [topics.raw, topics.arrivals, topics.turnstiles]) {
      covered[topic] = this.progress(topic, own).position ?? 0;
    }
    for (const kind of DEVICE_KINDS) {
      const topic = copyOf(kind, stationId);
      covered[topic] = this.progress(topic, 0).position ?? 0;
    }
    return covered;
  }

  /** Records that were there before and are not read yet, of the topics that are counted. */
  get behind(): number {
    const { topics, partitions } = this.#options;
    const counted = [topics.raw, topics.arrivals, topics.turnstiles];
    const behind = (topic: string): number =>
      Array.from({ length: partitions }, (_, p) => this.progress(topic, p)).reduce(
        (sum, progress) => (progress.caught === 0 ? sum + Math.max(1, progress.behind) : sum),
        0,
      );
    return counted.reduce((sum, topic) => sum + behind(topic), 0);
  }

  /** Next offset per topic and partition, of the topics that are counted. */
  get next(): Readonly<Record<string, readonly number[]>> {
    const { topics, partitions, tablePartitions = partitions } = this.#options;
    const all = [topics.raw, topics.arrivals, topics.turnstiles, topics.turnstileSummary];
    const length = (topic: string): number =>
      topic === topics.turnstileSummary ? tablePartitions : partitions;
    const of = (topic: string): readonly number[] =>
      Array.from({ length: length(topic) }, (_, p) => this.progress(topic, p).position ?? 0);
    return Object.fromEntries(all.map((topic) => [topic, of(topic)]));
  }

  /** Kept: what comes of it again would not be known. Devices, sums and dedup's state are small and are read again. */
  toJSON(): readonly ReadingPosition[] {
    const { raw, deadLetter, arrivals, turnstiles } = this.#options.topics;
    const recreated = (topic: string): boolean =>
      [raw, deadLetter, arrivals, turnstiles].includes(topic) || topic.includes(".station.");
    return [...this.#progress].flatMap(([key, { position }]) => {
      const at = key.lastIndexOf("@");
      const topic = key.slice(0, at);
      return position === null || !recreated(topic)
        ? []
        : [[topic, Number(key.slice(at + 1)), position] as const];
    });
  }
}
