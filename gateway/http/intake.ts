import type { Clock } from "../../infra/runtime/clock.ts";
import type { Producer } from "../../infra/runtime/kafka/ports.ts";
import type { FleetEvent, FleetRecord } from "../../schemas/fleet.ts";
import { AcknowledgedEvents } from "./acknowledged.ts";
import { busy, conflict, kafkaAway } from "./refusal.ts";

export interface IntakeOptions {
  readonly topic: string;
  /** undefined until Kafka was reached. */
  readonly producer: () => Producer | undefined;
  /** Bytes of bodies being read or on their way to Kafka, at most. */
  readonly maxBytes: number;
  /** The longest that `take` waits, ms. */
  readonly patienceMs: number;
  readonly clock: Clock;
}

/** Takes events: what `take` resolved for is in Kafka. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #acknowledged = new AcknowledgedEvents();
  #heldBytes = 0;
  #accepted = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Events in Kafka since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get ready(): boolean {
    return this.#options.producer() !== undefined;
  }

  /**
   * Hold room for a body while it is read.
   *
   * @throws {Refusal} 429 when there is none.
   */
  async holding<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#heldBytes + bytes > this.#options.maxBytes) throw busy();
    this.#heldBytes += bytes;
    try {
      return await work();
    } finally {
      this.#heldBytes -= bytes;
    }
  }

  /**
   * Resolves when Kafka acknowledged all of them.
   *
   * @param bytes - of their body: held until their outcome is known, also when its client is gone.
   * @throws {Refusal} 409 when one of them has the identity of another event; 503
   * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_RECORD_REFUSED
   */
  async take(events: readonly FleetEvent[], bytes: number): Promise<void> {
    if (events.length === 0) return;
    const { clock, topic, patienceMs } = this.#options;
    const producer = this.#options.producer();
    if (!producer) throw kafkaAway();
    const { conflicts, acknowledged } = this.#acknowledged.compare(events);
    if (conflicts.length > 0) throw conflict(events, conflicts);
    const received = new Date(clock.now()).toISOString();
    const records = events.map((event) => {
      const record: FleetRecord = { ...event, received };
      return { topic, key: Buffer.from(event.vehicle_id), value: Buffer.from(JSON.stringify(record)) };
    });
    this.#heldBytes += bytes;
    const sent = producer.send(records).finally(() => {
      this.#heldBytes -= bytes;
    });
    await this.#within(patienceMs, sent);
    acknowledged();
    this.#accepted += events.length;
  }

  async #within(ms: number, sent: Promise<unknown>): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      cancel = this.#options.clock.after(ms, () => reject(kafkaAway()));
    });
    try {
      await Promise.race([sent, late]);
    } finally {
      cancel();
    }
  }
}
