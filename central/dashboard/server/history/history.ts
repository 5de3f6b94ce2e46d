import type { Clock } from "../../../../infra/runtime/clock.ts";
import type { Kafka, KafkaAdmin, LogReader } from "../../../../infra/runtime/kafka/ports.ts";
import type { HistoryAnswer, MomentsAnswer, RecountAnswer } from "../../../../schemas/page/history.ts";
import type { Delta } from "../../../../schemas/page/page.ts";
import { HEADERS } from "../../../../schemas/topics.ts";
import type { RecordLog } from "../../../records/interval.ts";
import { Versions } from "../view/versions.ts";
import { Gate } from "./gate.ts";
import { type HeldPartition, heldFrom, mustBeHeld } from "./held.ts";
import { PastRefused } from "./past-refused.ts";
import { recount } from "./recount.ts";
import { Reel, type ReelSources } from "./reel.ts";
import { Reels } from "./reels.ts";
import type { StationSums } from "./station-sums.ts";
import { Tally } from "./tally.ts";
import type { Ticks } from "./ticks.ts";

export interface HistoryOptions extends Omit<ReelSources, "countsBelow" | "counting" | "now"> {
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly sums: StationSums;
  readonly ticks: Ticks;
  /** Has everything that was in Kafka at the start been read? Until then the sums are not those of one moment. */
  readonly live: () => boolean;
  /** Have stations moved to other partitions? Left out: none ever has. */
  readonly regrouped?: () => boolean;
}

/** Moments that are asked for together, each `stepMs` after the one before. */
export interface Frames {
  readonly at: number;
  readonly stepMs: number;
  readonly frames: number;
}

/** Questions about the past that are answered at once, and that wait, however many viewers ask. */
const GATE = { running: 2, waiting: 12 } as const;
/** Counting back to a moment may take so long before it is answered without its entries, ms. */
const COUNTING_MS = 1_500;
/** A reel keeps what its last look brought: of each partition so much, bytes. */
const LOOK_BYTES = 1024 * 1024;
const HELD_FRESH_MS = 5_000;
/** A moment is over when its records have come through: dedup commits within this, ms. */
export const SETTLED_MS = 2_000;
/** At most so much is counted again at once, and so much is played in one answer, ms. */
export const RECOUNT_MS = 15 * 60_000;
export const PLAYED_MS = 30 * 60_000;

/**
 * The past, from what Kafka holds: read by time, without a consumer group, over connections of its own. What it keeps is
 * bounded: some models at their moments, and offsets at which entries are known.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #gate = new Gate(GATE);
  readonly #reels = new Reels();
  readonly #tally: Tally;
  readonly #readers: LogReader[] = [];
  readonly #watchedSince: number;
  #admin: Promise<KafkaAdmin> | undefined;
  #held: { readonly from: number | null; readonly at: number } | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
    const { topics, sums, live, regrouped = () => false } = options;
    this.#watchedSince = options.clock.now();
    this.#tally = new Tally({
      topic: topics.turnstiles,
      regrouped,
      present: (partition, partitions) => (live() ? sums.at(partition, partitions, regrouped()) : null),
    });
  }

  /** What can be looked at. @throws {CodedError} KAFKA_UNAVAILABLE */
  async range(): Promise<HistoryAnswer> {
    const { ticks, findings, clock } = this.#options;
    const from = await this.#gate.run(() => this.#read((log) => this.#heldFrom(log)));
    return { from, to: clock.now(), ticks: ticks.all(findings()), watchedSince: this.#watchedSince };
  }

  /**
   * Something of the model at a moment.
   *
   * @throws {PastRefused} it is not held, or too many ask; {CodedError} KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE
   */
  at<T>(at: number, answer: (reel: Reel) => T, signal?: AbortSignal): Promise<T> {
    return this.#gate.run(() =>
      this.#read(async (log) => {
        await this.#mustHold(log, at);
        const reel = await this.#reelAt(log, at, signal);
        try {
          return answer(reel);
        } finally {
          this.#giveBack(reel);
        }
      }),
    );
  }

  /** A page's state at a moment, and what changed from each of the following ones to the next. */
  moments({ at, stepMs, frames }: Frames, signal?: AbortSignal): Promise<MomentsAnswer> {
    const last = Math.min(at + stepMs * frames, this.#options.clock.now() - SETTLED_MS);
    return this.#gate.run(() =>
      this.#read(async (log) => {
        await this.#mustHold(log, at);
        const reel = await this.#reelAt(log, at, signal);
        const versions = new Versions("past", reel.state());
        const snapshot = versions.snapshot(at);
        const deltas: Delta[] = [];
        for (let to = at + stepMs; to <= last && !signal?.aborted; to += stepMs) {
          await reel.forward(to, signal);
          const before = versions.version;
          versions.put(reel.state());
          const delta = versions.since(before, to);
          if (delta) deltas.push(delta);
        }
        const { at: until, unknown, isCounting: counting } = reel;
        this.#giveBack(reel);
        return { snapshot, deltas, until, unknown, counting };
      }),
    );
  }

  /** @throws {PastRefused} it is too long, or not held */
  async recount(from: number, to: number, signal?: AbortSignal): Promise<RecountAnswer> {
    if (to <= from) throw new PastRefused(400, "?to= must be later than ?from=");
    if (to - from > RECOUNT_MS)
      throw new PastRefused(400, "at most 15 minutes are counted again at once: npm run replay counts more");
    return this.#gate.run(() =>
      this.#read(async (log) => {
        // A page asks for whole seconds: the last one may not be over yet.
        const until = Math.min(to, this.#options.clock.now() + 1);
        const held = await this.#mustHold(log, Math.max(from, until - 1));
        return recount(log, this.#options.topics, { from: Math.max(from, held), to: until }, signal);
      }),
    );
  }

  async stop(): Promise<void> {
    this.#reels.clear();
    await Promise.all(this.#readers.splice(0).map((reader) => reader.stop()));
    await this.#admin?.then((admin) => admin.close()).catch(() => {});
  }

  async #reelAt(log: RecordLog & { readonly admin: KafkaAdmin }, at: number, signal?: AbortSignal) {
    const reel = this.#reels.take(at);
    if (reel) {
      await reel.forward(at, signal);
      return reel;
    }
    const { clock, ...sources } = this.#options;
    const began = clock.monotonic();
    const hasTime = (): boolean => clock.monotonic() - began < COUNTING_MS;
    return Reel.open(
      {
        ...sources,
        now: () => clock.now(),
        countsBelow: (offsets) => this.#tally.below(log.reader, offsets, hasTime),
        counting: () => !hasTime(),
      },
      log,
      at,
      signal,
    );
  }

  /** A reel whose entries are not counted yet is thrown away: the next one finds more of them counted. */
  #giveBack(reel: Reel): void {
    if (!reel.isCounting) this.#reels.giveBack(reel);
  }

  /** @returns from when on everything is held. */
  async #mustHold(log: RecordLog & { readonly admin: KafkaAdmin }, at: number): Promise<number> {
    const from = await this.#heldFrom(log);
    mustBeHeld(at, { from, to: this.#options.clock.now() });
    return from ?? at;
  }

  async #heldFrom({ admin, reader }: RecordLog & { readonly admin: KafkaAdmin }): Promise<number | null> {
    const { clock, topics } = this.#options;
    if (this.#held && clock.monotonic() - this.#held.at < HELD_FRESH_MS) return this.#held.from;
    const existing = await admin.listTopics();
    const clean = [topics.arrivals, topics.turnstiles].filter((topic) => existing.includes(topic));
    const partitions: HeldPartition[] = [];
    for (const topic of clean) {
      const offsets = await admin.offsetsAt(topic, 0);
      const looked = await reader.look(offsets.map((from, partition) => ({ topic, partition, from })));
      for (const { start, records } of looked) {
        const [first] = records;
        partitions.push({ start, firstAt: first?.timestamp ?? null });
      }
    }
    const from = heldFrom(partitions);
    this.#held = { from, at: clock.monotonic() };
    return from;
  }

  /** A reader is one caller's at a time; a failure closes the admin's connection, and the next question opens another. */
  async #read<T>(work: (log: RecordLog & { readonly admin: KafkaAdmin }) => Promise<T>): Promise<T> {
    const { kafka } = this.#options;
    const reader =
      this.#readers.pop() ?? kafka.logReader({ headers: Object.values(HEADERS), partitionBytes: LOOK_BYTES });
    try {
      this.#admin ??= kafka.admin();
      return await work({ admin: await this.#admin, reader });
    } catch (error) {
      if (!(error instanceof PastRefused)) await this.#forgetAdmin();
      throw error;
    } finally {
      this.#readers.push(reader);
    }
  }

  async #forgetAdmin(): Promise<void> {
    const failed = this.#admin;
    this.#admin = undefined;
    await failed?.then((admin) => admin.close()).catch(() => {});
  }
}
