import type { Clock } from "../../../infra/runtime/clock.ts";
import { defined } from "../../../infra/runtime/defined.ts";
import type {
  GroupedTailOptions,
  InRecord,
  Kafka,
  TailGroup,
  TailGroupOptions,
} from "../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import { isCoded, messageOf } from "../../../schemas/errors.ts";
import type { Topics } from "../../../schemas/topics.ts";
import { GONE_MS } from "./fleet/vehicles.ts";
import type { Input } from "./model/inputs.ts";

export interface FeedOptions extends TailGroupOptions {
  readonly kafka: Kafka;
  readonly topics: Topics;
  readonly decode: (record: InRecord) => Promise<Input | null>;
  /** @param live - false: it was in the topic when this process began to read it. */
  readonly apply: (input: Input, live: boolean) => void;
  /** How far back arrivals are read, ms: a page shows the present, not a replay. */
  readonly lookbackMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Source = Pick<GroupedTailOptions, "topics" | "from" | "urgent">;

/** Weather changes once an hour of the service clock, which may be the wall clock's. */
const WEATHER_LOOKBACK_MS = 3 * 3_600_000;
const RETRY_MS = 1_000;

/** Reads the dashboard's topics for as long as it runs. Topics that are not there yet are tried again. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #abort = new AbortController();
  readonly #tails: TailGroup;
  readonly #behind: Set<string>;
  readonly #read = new Set<string>();
  readonly #running: Promise<unknown>;
  /** Records that could not be decoded. */
  undecodable = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    const { kafka, topics, clock, lookbackMs, gapMs, waitMs, onRound } = options;
    this.#tails = kafka.tailGroup({ gapMs, ...defined({ waitMs, onRound }) });
    const sources: Record<string, Source> = {
      entries: { topics: [topics.turnstileSummary], from: "beginning", urgent: true },
      counts: {
        topics: [topics.dedupState, topics.devices, topics.stationsTable, topics.deadLetter],
        from: "beginning",
      },
      trains: { topics: [topics.arrivals], from: clock.now() - lookbackMs },
      weather: { topics: [topics.weather], from: clock.now() - WEATHER_LOOKBACK_MS },
      readings: { topics: [topics.turnstiles], from: "end" },
    };
    this.#behind = new Set(Object.keys(sources));
    // The trains do not wait for these: a system without vehicles, or without an auditor, may have no such topic.
    sources["audit"] = { topics: [topics.audit], from: "beginning" };
    sources["incidents"] = { topics: [topics.incidents], from: "beginning" };
    sources["vehicles"] = { topics: [topics.fleet], from: clock.now() - GONE_MS };
    this.#running = Promise.all(Object.entries(sources).map(([name, source]) => this.#follow(name, source)));
  }

  /** What has not been read up to where it was when this process began. */
  get behind(): ReadonlySet<string> {
    return this.#behind;
  }

  /** Has this source been read up to where it was then? */
  hasRead(name: string): boolean {
    return this.#read.has(name);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    await this.#tails.stop();
  }

  async #follow(name: string, source: Source): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        let live = false;
        const tail = await this.#tails.tail({
          ...source,
          onRecords: (records) => this.#take(records, live),
        });
        void tail.caughtUp.then(
          () => {
            live = true;
            this.#behind.delete(name);
            this.#read.add(name);
          },
          (error: unknown) => logger.warn({ name }, `not caught up: ${messageOf(error)}`),
        );
        return;
      } catch (error) {
        logger.debug({ name, topics: source.topics }, `waiting for Kafka: ${messageOf(error)}`);
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  async #take(records: readonly InRecord[], live: boolean): Promise<void> {
    for (const record of records) {
      const input = await this.#decode(record);
      if (input) this.#options.apply(input, live);
    }
  }

  /** An unreachable registry is waited for; a record that can never be read is counted, and stalls nothing. */
  async #decode(record: InRecord): Promise<Input | null> {
    const { decode, clock, logger } = this.#options;
    for (;;) {
      try {
        return await decode(record);
      } catch (error) {
        if (isCoded(error) && error.retryable && !this.#abort.signal.aborted) {
          await clock.sleep(RETRY_MS, this.#abort.signal);
          continue;
        }
        const { topic, partition, offset } = record;
        this.undecodable++;
        logger.warn({ topic, partition, offset }, `cannot decode: ${messageOf(error)}`);
        return null;
      }
    }
  }
}
