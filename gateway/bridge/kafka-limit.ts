import type { Clock } from "../../infra/runtime/clock.ts";
import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import { LIMITS } from "../../schemas/mqtt.ts";

/** A single reading with its run and batch is far smaller: a topic that takes less than this takes nothing. */
const LEAST_BYTES = 2 * LIMITS.recordOverheadBytes;
/** How often the setting is read again, ms: a person may mend it, or spoil it. */
const LOOK_MS = 30_000;
/** And how often at most, when Kafka refuses something, ms. */
const AGAIN_MS = 2_000;

/**
 * The largest payload that becomes a record of the raw topic, bytes.
 *
 * @throws {CodedError} KAFKA_TOPIC_MISMATCH: not even single readings would fit; KAFKA_UNAVAILABLE
 */
export async function payloadLimit(admin: Pick<KafkaAdmin, "settingsOf">, topic: string): Promise<number> {
  const setting = (await admin.settingsOf(topic))["max.message.bytes"];
  const bytes = setting === undefined ? LIMITS.recordBytes : Number(setting);
  if (bytes >= LEAST_BYTES) return bytes - LIMITS.recordOverheadBytes;
  throw new CodedError("KAFKA_TOPIC_MISMATCH", {
    message:
      `max.message.bytes of ${topic} is ${bytes}, too little for single readings: set it to ${LIMITS.recordBytes}, ` +
      "as npm run bootstrap does",
    retryable: false,
    context: { topic, found: bytes, expected: LIMITS.recordBytes },
  });
}

export interface KafkaLimitOptions {
  readonly kafka: Pick<Kafka, "admin">;
  readonly topic: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the raw topic takes now: its setting is looked at again while the gateway serves. */
export class KafkaLimit {
  readonly #options: KafkaLimitOptions;
  readonly #stop: () => void;
  #bytes: number;
  #looking = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: KafkaLimitOptions, bytes: number) {
    this.#options = options;
    this.#bytes = bytes;
    this.#warn();
    this.#stop = options.clock.every(LOOK_MS, () => this.look());
  }

  /** The largest payload of readings, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Do batches of agents fit, whatever they hold? */
  get fitsBatches(): boolean {
    return this.#bytes >= LIMITS.batchBytes;
  }

  /** Look at the setting again, unless that was done a moment ago. */
  look(): void {
    const now = this.#options.clock.monotonic();
    if (this.#looking || now - this.#lookedAt < AGAIN_MS) return;
    this.#looking = true;
    this.#lookedAt = now;
    void this.#look().finally(() => {
      this.#looking = false;
    });
  }

  stop(): void {
    this.#stop();
  }

  async #look(): Promise<void> {
    const { kafka, topic, logger } = this.#options;
    try {
      const admin = await kafka.admin();
      try {
        const before = this.#bytes;
        this.#bytes = await payloadLimit(admin, topic);
        if (this.#bytes !== before) this.#warn();
      } finally {
        await admin.close();
      }
    } catch (error) {
      logger.warn({ topic, reason: messageOf(error) }, "what Kafka takes at most is not known");
    }
  }

  #warn(): void {
    const { topic, logger } = this.#options;
    if (this.fitsBatches) return;
    logger.warn(
      { topic, takes: this.#bytes, batches: LIMITS.batchBytes },
      `max.message.bytes of ${topic} is less than a batch: agents are told to send smaller ones; npm run bootstrap sets it`,
    );
  }
}
