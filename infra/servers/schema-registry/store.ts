import { isCoded, messageOf } from "../../../schemas/errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { InRecord, Kafka, Producer, Tail } from "../../runtime/kafka/ports.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { StateDecision } from "./core/decisions.ts";
import { refusal } from "./core/errors.ts";
import { fromLogEntry, type RegistryRecord, toLogEntry } from "./core/records.ts";
import { RegistryState } from "./core/state.ts";

export interface StoreOptions {
  readonly kafka: Kafka;
  /** Created compacted with one partition where it is missing. */
  readonly topic: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a write may take until its client is told that it may or may not have happened, ms. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

interface Waiting {
  readonly offset: number;
  readonly resolve: () => void;
}

/**
 * The registry's state, kept in a compacted topic. This process is its only writer: writes are decided one after the
 * other, each on the state that holds all earlier ones, and answered once they came back from the topic.
 */
export class RegistryStore {
  readonly #options: StoreOptions;
  readonly #state = new RegistryState();
  readonly #producer: Producer;
  #tail: Tail | undefined;
  /** Offset of the last record that is part of the state. */
  #applied = -1;
  readonly #waiting = new Set<Waiting>();
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** A write timed out: it may still arrive. */
  #unsure = false;

  private constructor(options: StoreOptions, producer: Producer) {
    this.#options = options;
    this.#producer = producer;
  }

  /** Resolves once everything in the topic is read. @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH */
  static async open(options: StoreOptions): Promise<RegistryStore> {
    const { kafka, topic, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const [producer] = await Promise.all([kafka.producer({ timeoutMs }), ensureTopic(kafka, topic)]);
    const store = new RegistryStore(options, producer);
    store.#tail = await kafka.tail({ topics: [topic], from: "beginning", onRecords: (r) => store.#take(r) });
    await store.#tail.caughtUp;
    return store;
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE */
  async clusterId(): Promise<string> {
    const admin = await this.#options.kafka.admin();
    try {
      return await admin.clusterId();
    } finally {
      await admin.close();
    }
  }

  get state(): RegistryState {
    return this.#state;
  }

  /**
   * Decide on the newest state, write, and answer once the change is part of the state.
   *
   * @throws {RestError} what `decide` throws; 50001, 50002 when Kafka does not take it in time.
   */
  write<T>(decide: (state: RegistryState) => StateDecision<T>): Promise<T> {
    const result = this.#lastWrite.then(() => this.#carryOut(decide));
    this.#lastWrite = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await this.#producer.close();
    await this.#tail?.stop();
  }

  async #carryOut<T>(decide: (state: RegistryState) => StateDecision<T>): Promise<T> {
    // Whatever the last write became, it lies before this record: read up to here and the state is sure again.
    if (this.#unsure) await this.#append([{ kind: "next-id", nextId: this.#state.nextId }]);
    const { records, answer } = decide(this.#state);
    if (records.length > 0) await this.#append(records);
    return answer;
  }

  async #append(records: readonly RegistryRecord[]): Promise<void> {
    const { topic, logger } = this.#options;
    try {
      const written = await this.#producer.send(
        records.map((record) => ({ topic, partition: 0, ...toLogEntry(record) })),
      );
      await this.#readBack(Math.max(...written.map(({ offset }) => offset)));
      this.#unsure = false;
    } catch (error) {
      this.#unsure = true;
      logger.error({ err: error }, "a write did not come back from Kafka");
      throw isCoded(error) && !error.retryable
        ? refusal.storeFailed(error.message)
        : refusal.storeTimedOut(messageOf(error));
    }
  }

  #readBack(offset: number): Promise<void> {
    if (this.#applied >= offset) return Promise.resolve();
    const { clock, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(timeoutMs, () => {
        this.#waiting.delete(waiting);
        reject(new Error(`offset ${offset} was not read back within ${timeoutMs} ms`));
      });
      const waiting: Waiting = {
        offset,
        resolve: () => {
          cancel();
          resolve();
        },
      };
      this.#waiting.add(waiting);
    });
  }

  #take(records: readonly InRecord[]): void {
    for (const record of records) {
      // A reader that lost its connection may deliver again.
      if (record.offset <= this.#applied) continue;
      const fact = fromLogEntry(record);
      if (fact) this.#state.apply(fact);
      this.#applied = record.offset;
    }
    for (const waiting of this.#waiting) {
      if (waiting.offset > this.#applied) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }
}

async function ensureTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = await kafka.admin();
  try {
    await admin.ensureTopics([{ topic, partitions: 1, config: { "cleanup.policy": "compact" } }]);
  } finally {
    await admin.close();
  }
}
