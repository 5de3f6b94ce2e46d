import type { Clock } from "../../../runtime/clock.ts";
import type { Kafka, OutRecord, Producer } from "../../../runtime/kafka/ports.ts";

/** Long enough for a script of INSERTs, short enough that a dropped topic is forgotten before it is made again. */
const IDLE_MS = 5000;

interface Open {
  readonly producer: Promise<Producer>;
  cancel: () => void;
}

/**
 * A producer per topic, closed when idle: kafkajs's metadata keeps every topic a producer ever wrote to, and its sends
 * fail for good once one of those is deleted.
 */
export class TopicProducers {
  readonly #kafka: Kafka;
  readonly #clock: Clock;
  readonly #open = new Map<string, Open>();

  constructor(kafka: Kafka, clock: Clock) {
    this.#kafka = kafka;
    this.#clock = clock;
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_RECORD_REFUSED */
  async send(record: OutRecord): Promise<void> {
    const { topic } = record;
    const open = this.#open.get(topic) ?? this.#add(topic);
    open.cancel();
    try {
      await (await open.producer).send([record]);
      open.cancel();
      open.cancel = this.#clock.after(IDLE_MS, () => this.forget(topic));
    } catch (error) {
      this.forget(topic);
      throw error;
    }
  }

  /** The topic is about to be deleted, or its producer failed. */
  forget(topic: string): void {
    const open = this.#open.get(topic);
    if (!open) return;
    this.#open.delete(topic);
    open.cancel();
    open.producer.then((producer) => producer.close()).catch(() => {});
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { cancel } of open) cancel();
    await Promise.all(open.map(({ producer }) => producer.then((p) => p.close()).catch(() => {})));
  }

  #add(topic: string): Open {
    const open = { producer: this.#kafka.producer({ lingerMs: 0 }), cancel: () => {} };
    this.#open.set(topic, open);
    return open;
  }
}
