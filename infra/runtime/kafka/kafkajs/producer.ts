import type { Producer as KafkaJsProducer } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { OutRecord, Producer, Written } from "../ports.ts";
import { type Client, type ClusterOptions, openClient } from "./client.ts";
import { deliver, type SendCall, withoutOvertaking } from "./delivery.ts";
import { coded } from "./errors.ts";
import { MAX_REQUEST, notingPartitioner, outgoing, placesOf, sizeOf } from "./outgoing.ts";

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_LINGER_MS = 5;

/** A kafkajs producer with its own connections; used until its first error, then destroyed. */
interface ProducerConnection {
  readonly client: Client;
  readonly producer: KafkaJsProducer;
  /** Connects at the first call. */
  readonly connected: () => Promise<void>;
}

/**
 * At least once over kafkajs: one request in flight; calls that arrive meanwhile share the next one; requests start at
 * least `lingerMs` apart, and at once after a pause.
 */
export async function openProducer(
  options: ClusterOptions,
  { timeoutMs = DEFAULT_TIMEOUT_MS, lingerMs = DEFAULT_LINGER_MS } = {},
): Promise<Producer> {
  const producer = new BatchingProducer(options, timeoutMs, lingerMs);
  await producer.connect();
  return producer;
}

class BatchingProducer implements Producer {
  readonly #options: ClusterOptions;
  readonly #timeoutMs: number;
  readonly #lingerMs: number;
  #connection: ProducerConnection | undefined;
  #queue: SendCall[] = [];
  #waiting = 0;
  #lastStart = Number.NEGATIVE_INFINITY;
  #pump: Promise<void> | undefined;
  #closed = false;

  constructor(options: ClusterOptions, timeoutMs: number, lingerMs: number) {
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#lingerMs = lingerMs;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE */
  async connect(): Promise<void> {
    try {
      await this.#bounded((connection) => connection.connected());
    } catch (error) {
      this.#drop();
      throw coded(error, `cannot reach Kafka at ${this.#options.brokers.join(", ")}`);
    }
  }

  send(records: readonly OutRecord[]): Promise<readonly Written[]> {
    if (this.#closed) {
      return Promise.reject(
        new CodedError("KAFKA_UNAVAILABLE", { message: "this producer is closed", retryable: false }),
      );
    }
    if (records.length === 0) return Promise.resolve([]);
    this.#waiting += records.length;
    return new Promise((resolve, reject) => {
      const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
      const settle = <T>(outcome: (value: T) => void) => {
        return (value: T): void => {
          this.#waiting -= records.length;
          outcome(value);
        };
      };
      this.#queue.push({ records, bytes, resolve: settle(resolve), reject: settle(reject) });
      this.#pump ??= this.#run();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pump;
    const connection = this.#connection;
    this.#connection = undefined;
    if (!connection) return;
    await connection.producer.disconnect().catch(() => {});
    connection.client.destroy();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const { clock } = this.#options;
      const gap = this.#lastStart + this.#lingerMs - clock.monotonic();
      if (gap > 0 && !this.#closed && !this.#full()) await clock.sleep(gap);
      else await nextTurn();
      this.#lastStart = clock.monotonic();
      const unknown = await deliver(this.#take(), (records) => this.#request(records));
      this.#queue = [...withoutOvertaking(this.#queue, unknown)];
    }
    this.#pump = undefined;
  }

  #full(): boolean {
    return this.#waiting >= MAX_REQUEST.records;
  }

  /** The next request's calls: whole ones, the first always. */
  #take(): SendCall[] {
    let records = 0;
    let bytes = 0;
    let n = 0;
    for (const call of this.#queue) {
      records += call.records.length;
      bytes += call.bytes;
      if (n > 0 && (records > MAX_REQUEST.records || bytes > MAX_REQUEST.bytes)) break;
      n++;
    }
    return this.#queue.splice(0, n);
  }

  /** After any error the connection is dropped: kafkajs has rolled its sequence numbers back, the broker perhaps not. */
  async #request(records: readonly OutRecord[]): Promise<Written[]> {
    const { topicMessages, messages } = outgoing(records);
    try {
      return await this.#bounded(async ({ producer, connected }) => {
        await connected();
        const answers = await producer.sendBatch({ acks: -1, timeout: this.#timeoutMs, topicMessages });
        return placesOf(records, messages, answers);
      });
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  async #bounded<T>(action: (connection: ProducerConnection) => Promise<T>): Promise<T> {
    this.#connection ??= this.#open();
    const connection = this.#connection;
    let cancel = (): void => {};
    const timeout = new Promise<never>((_, reject) => {
      cancel = this.#options.clock.after(this.#timeoutMs, () =>
        reject(
          new CodedError("KAFKA_UNAVAILABLE", {
            message: `no acknowledgement within ${this.#timeoutMs} ms`,
            retryable: true,
            context: { timeoutMs: this.#timeoutMs },
          }),
        ),
      );
    });
    try {
      return await Promise.race([action(connection), timeout]);
    } finally {
      cancel();
    }
  }

  #open(): ProducerConnection {
    const client = openClient(this.#options, {
      giveUpMs: this.#timeoutMs,
      requestTimeoutMs: this.#timeoutMs,
    });
    const producer = client.kafka.producer({
      idempotent: true,
      createPartitioner: notingPartitioner,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
    });
    let connecting: Promise<void> | undefined;
    const connected = (): Promise<void> => {
      connecting ??= producer.connect();
      return connecting;
    };
    return { client, producer, connected };
  }

  #drop(): void {
    this.#connection?.client.destroy();
    this.#connection = undefined;
  }
}

/** Lets the callers of one turn of the event loop share a request. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
