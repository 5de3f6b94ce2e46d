import type { Clock } from "../../infra/runtime/clock.ts";
import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";

/** An answer is good for so long: a page that many load asks Kafka once. */
const FRESH_MS = 500;

/**
 * How many events the topic ever took, over all instances: the sum of its end offsets, because every record of it is
 * an event.
 */
export class EventsInKafka {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #clock: Clock;
  #admin: KafkaAdmin | undefined;
  #last: { readonly at: number; readonly count: Promise<number | null> } | undefined;

  constructor(kafka: Kafka, topic: string, clock: Clock) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#clock = clock;
  }

  /** null: Kafka does not answer. */
  count(): Promise<number | null> {
    const now = this.#clock.monotonic();
    if (!this.#last || now - this.#last.at > FRESH_MS) this.#last = { at: now, count: this.#ask() };
    return this.#last.count;
  }

  async close(): Promise<void> {
    await this.#last?.count;
    await this.#admin?.close();
  }

  async #ask(): Promise<number | null> {
    try {
      this.#admin ??= await this.#kafka.admin();
      const ends = await this.#admin.endOffsets(this.#topic);
      return ends.reduce((sum, end) => sum + end, 0);
    } catch {
      await this.#admin?.close();
      this.#admin = undefined;
      return null;
    }
  }
}
