import type { Kafka, Producer } from "../../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../../infra/runtime/logger.ts";
import { messageOf } from "../../../../schemas/errors.ts";
import type { Incident } from "../../../../schemas/page/incidents.ts";
import type { Incidents } from "./rules/incidents.ts";

export interface IncidentWriterOptions {
  readonly kafka: Kafka;
  /** Compacted. */
  readonly topic: string;
  readonly incidents: Incidents;
  readonly logger: Logger;
}

/** Longer than a restart of Kafka is not waited for in one piece: the next try has what is newer. */
const TIMEOUT_MS = 5_000;

/** Writes what is new of the incidents, one send at a time. What Kafka does not take now is written later. */
export class IncidentWriter {
  readonly #options: IncidentWriterOptions;
  #producer: Promise<Producer> | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: IncidentWriterOptions) {
    this.#options = options;
  }

  /** @param now - wall clock, epoch ms. */
  write(now: number): void {
    const unwritten = this.#options.incidents.unwritten(now);
    if (this.#writing || unwritten.size === 0) return;
    this.#writing = this.#send(unwritten, now).finally(() => {
      this.#writing = null;
    });
  }

  async stop(): Promise<void> {
    await this.#writing;
    await this.#producer?.then((producer) => producer.close()).catch(() => {});
  }

  async #send(unwritten: ReadonlyMap<string, Incident | null>, now: number): Promise<void> {
    const { kafka, topic, incidents, logger } = this.#options;
    this.#producer ??= kafka.producer({ timeoutMs: TIMEOUT_MS });
    const producer = this.#producer;
    try {
      await (await producer).send(
        [...unwritten].map(([id, incident]) => ({
          topic,
          partition: 0,
          key: Buffer.from(id),
          value: incident === null ? null : Buffer.from(JSON.stringify(incident)),
        })),
      );
      incidents.written(unwritten, now);
    } catch (error) {
      logger.debug({ topic }, `incidents are not kept yet: ${messageOf(error)}`);
      this.#producer = null;
      void producer.then((failed) => failed.close()).catch(() => {});
    }
  }
}
