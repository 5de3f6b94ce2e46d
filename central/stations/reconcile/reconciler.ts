import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Kafka, OutRecord, Producer, Tail } from "../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import type { SlotState } from "../../../infra/runtime/postgres/slots.ts";
import { messageOf } from "../../../schemas/errors.ts";
import { correctionHeader } from "../correction.ts";
import { differences, type RowDifference, Standing } from "./differences.ts";
import type { SourceView, StationsSource } from "./source.ts";
import { TopicView } from "./topic-view.ts";

export interface ReconcilerOptions {
  readonly kafka: Kafka;
  /** Connect's topic of stations. */
  readonly topic: string;
  readonly source: StationsSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** false: another instance has the work. */
  readonly active: () => boolean;
  readonly onLook: (look: TableLook) => void;
  /** Between two looks, ms. */
  readonly everyMs: number;
  /** For how long a difference must stand before it is corrected, ms. */
  readonly graceMs: number;
  /** The same while the topic is empty: Connect's first snapshot takes longer than a change. */
  readonly firstGraceMs: number;
}

/** What a look found. */
export interface TableLook {
  /** Stops of which table and topic say different things; null: the table cannot be read. */
  readonly differing: number | null;
  /** Stops corrected now. */
  readonly corrected: number;
  readonly slots: readonly SlotState[];
  /** What keeps it from looking; undefined: nothing. */
  readonly trouble: string | undefined;
}

/**
 * Compares PostgreSQL's table with Connect's topic, at the start and at intervals, and writes into the topic what does
 * not agree for long: the row as the table has it, or a tombstone for a stop that the table no longer has.
 *
 * Events alone do not keep a copy right: a TRUNCATE sends none, a lost replication slot loses them, and rows that could
 * not be read once stay as they were.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, everyMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#life();
      } catch (error) {
        // Kafka is away, or the topic is not there yet.
        this.#wait(error);
        await clock.sleep(everyMs, signal);
      }
    }
  }

  /** Until something fails or it is stopped: then tail and producer are made again. */
  async #life(): Promise<void> {
    const { kafka, topic, clock, everyMs } = this.#options;
    const { signal } = this.#stopping;
    const view = new TopicView();
    let tail: Tail | undefined;
    let producer: Producer | undefined;
    try {
      tail = await kafka.tail({
        topics: [topic],
        from: "beginning",
        onRecords: (records) => view.take(records),
      });
      await tail.caughtUp;
      producer = await kafka.producer();
      const standing = new Standing();
      while (!signal.aborted) {
        if (this.#options.active()) await this.#look(view, standing, producer);
        await clock.sleep(everyMs, signal);
      }
    } finally {
      await tail?.stop();
      await producer?.close();
    }
  }

  #wait(error: unknown): void {
    this.#options.onLook({ differing: null, corrected: 0, slots: [], trouble: messageOf(error) });
  }

  async #look(view: TopicView, standing: Standing, producer: Producer): Promise<void> {
    const { source, topic, clock, logger, onLook, graceMs, firstGraceMs } = this.#options;
    let seen: SourceView;
    try {
      seen = await source.read();
    } catch (error) {
      this.#wait(error);
      return;
    }
    const found = differences(seen.rows, view.entries);
    const due = standing.due(found, clock.monotonic(), view.entries.size > 0 ? graceMs : firstGraceMs);
    if (due.length > 0) {
      await producer.send(due.map((difference) => correction(topic, difference)));
      logger.warn({ stops: due.slice(0, SHOWN).map(({ stopId }) => stopId), count: due.length }, CORRECTED);
    }
    onLook({ differing: found.length, corrected: due.length, slots: seen.slots, trouble: undefined });
  }
}

const SHOWN = 10;
const CORRECTED =
  "Connect's topic did not say what PostgreSQL's table says: corrected. npm run connect -- status tells whether changes arrive";

/** A stop's row as the table has it, or a tombstone, in the form that Connect writes. */
function correction(topic: string, { stopId, offset, row }: RowDifference): OutRecord {
  return {
    topic,
    partition: 0,
    key: Buffer.from(String(stopId)),
    value: row ? Buffer.from(JSON.stringify({ ...row.json, __deleted: "false" })) : null,
    headers: correctionHeader(offset),
  };
}
