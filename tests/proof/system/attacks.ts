import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import kafkajs from "kafkajs";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { createKafka } from "../../../infra/runtime/kafka/kafka.ts";
import type { InRecord, Kafka, OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import { HEADERS } from "../../../schemas/topics.ts";
import type { TestSystem } from "../../support/system.ts";

/** What a stranger, or bad luck, may do to a system that runs: none of it by its own code. */
export class Attacks {
  readonly kafka: Kafka;
  readonly #system: TestSystem;

  constructor(system: TestSystem) {
    this.#system = system;
    const brokers = system.endpoints.KAFKA_BROKERS.split(",");
    this.kafka = createKafka({ brokers, clientId: "attacks", logger: silentLogger, clock: systemClock });
  }

  /** A device's memory is erased while the simulator is off; its identity too, as a replaced chip has none. */
  async eraseMemory(deviceId: string): Promise<void> {
    await this.#while("firmware-sim", join(this.#system.home, "firmware", "rings", `${deviceId}.ring`));
  }

  /** The agents' disk is lost while they are off. */
  async loseOutbox(): Promise<void> {
    await this.#while("edge", join(this.#system.home, "edge", "outbox"));
  }

  /** Write records as any producer may. */
  async forge(records: readonly OutRecord[]): Promise<void> {
    const producer = await this.kafka.producer();
    await producer.send(records);
    await producer.close();
  }

  /** The newest record of a topic's partitions, with the headers that name its reading. */
  async newest(topic: string): Promise<InRecord> {
    const admin = await this.kafka.admin();
    const reader = this.kafka.logReader({ headers: [HEADERS.reading, HEADERS.times] });
    try {
      const ends = await admin.endOffsets(topic);
      const looked = await reader.look(
        // Ends of transactions take offsets too.
        ends.map((end, partition) => ({ topic, partition, from: Math.max(0, end - 100) })),
      );
      const records = looked.flatMap((one) => [...one.records]).sort((x, y) => y.timestamp - x.timestamp);
      const [newest] = records;
      if (!newest) throw new Error(`${topic} has no records`);
      return newest;
    } finally {
      await reader.stop();
      await admin.close();
    }
  }

  /** The same record once more. */
  copyOf({ topic, partition, key, value, headers }: InRecord): OutRecord {
    return { topic, partition, key, value, headers };
  }

  /** What a group of readers is through with is deleted, as by retention: it loses nothing by that. @returns how many. */
  async deleteRead(topic: string, groupId: string): Promise<number> {
    const { Kafka: Client, logLevel } = kafkajs;
    const brokers = this.#system.endpoints.KAFKA_BROKERS.split(",");
    const admin = new Client({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const ends = new Map((committed?.partitions ?? []).map((one) => [one.partition, Number(one.offset)]));
      const starts = await admin.fetchTopicOffsets(topic);
      const read = starts.flatMap(({ partition, low }) => {
        const offset = ends.get(partition) ?? 0;
        return offset > Number(low) ? [{ partition, offset, count: offset - Number(low) }] : [];
      });
      const partitions = read.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
      if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions });
      return read.reduce((sum, { count }) => sum + count, 0);
    } finally {
      await admin.disconnect();
    }
  }

  /** @throws Error where there is nothing to remove: the attack would be none. */
  async #while(part: string, path: string): Promise<void> {
    await this.#system.request(part, "stop");
    await this.#system.until(part, "stopped");
    if (!existsSync(path)) throw new Error(`there is no ${path}`);
    rmSync(path, { recursive: true });
    await this.#system.request(part, "start");
    await this.#system.until(part, "ready");
  }
}
