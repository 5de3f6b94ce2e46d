import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { Kafka, Tail } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { avroType } from "../../schemas/avro/schemas.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { topicNames } from "../../schemas/topics.ts";

export function kafkaAt(broker: string): Kafka {
  return createKafka({ brokers: [broker], clientId: "faults", logger: silentLogger, clock: systemClock });
}

/** The three topics a gateway writes, two partitions each. */
export async function makeGatewayTopics(kafka: Kafka, prefix: string): Promise<void> {
  const topics = topicNames(prefix);
  const admin = await kafka.admin();
  await admin.ensureTopics(
    [topics.raw, topics.devices, topics.deadLetter].map((topic) => ({ topic, partitions: 2 })),
  );
  await admin.close();
}

/** What is in the raw topic, per station: batch ids in order of their offsets. */
export interface RawRecord {
  readonly batches: ReadonlyMap<number, readonly number[]>;
  /** Resolves when everything written before the call has been read. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Reads the raw topic as it grows; a record of one station is in one partition, so order is the station's. */
export async function readRaw(kafka: Kafka, prefix: string): Promise<RawRecord> {
  const topic = topicNames(prefix).raw;
  const batches = new Map<number, number[]>();
  const next = new Map<number, number>();
  const tail: Tail = await kafka.tail({
    topics: [topic],
    from: "beginning",
    onRecords: (records) => {
      for (const { value, partition, offset } of records) {
        const batch = avroType("reading-batch").fromBuffer(
          (value ?? Buffer.alloc(0)).subarray(5),
        ) as ReadingBatch;
        const seen = batches.get(batch.stationId) ?? [];
        seen.push(batch.batchId);
        batches.set(batch.stationId, seen);
        next.set(partition, offset + 1);
      }
    },
  });
  return {
    batches,
    async caughtUp() {
      const admin = await kafka.admin();
      const ends = await admin.endOffsets(topic);
      await admin.close();
      while (ends.some((end, partition) => (next.get(partition) ?? 0) < end)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: () => tail.stop(),
  };
}

/** The ids in order of their first appearance: what deduplication leaves. */
export function firsts(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}

/** 1 … n */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
