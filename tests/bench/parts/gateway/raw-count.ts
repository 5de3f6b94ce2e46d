import { avroType } from "../../../../infra/runtime/avro/contracts.ts";
import type { Kafka } from "../../../../infra/runtime/kafka/ports.ts";
import { readThrough } from "../../../../infra/runtime/kafka/testing/contents.ts";
import type { ReadingBatch } from "../../../../schemas/readings.ts";
import { sizeOf } from "../../../../schemas/readings.ts";
import { topicNames } from "../../../../schemas/topics.ts";

/** What a gateway left in Kafka. */
export interface RawCount {
  readonly batches: number;
  readonly readings: number;
  readonly deadLetters: number;
}

/**
 * Read all of the raw topic and decode every record.
 *
 * @throws Error when a station's batches are not numbered 1, 2, 3, … in the order of their offsets: nothing failed, so
 * nothing may be missing, doubled or out of order.
 */
export async function countRaw(kafka: Kafka, prefix: string): Promise<RawCount> {
  const topics = topicNames(prefix);
  const type = avroType("reading-batch");
  const last = new Map<number, number>();
  let batches = 0;
  let readings = 0;
  let fault: Error | undefined;
  await readThrough(kafka, [topics.raw], (records) => {
    for (const { value, partition, offset } of records) {
      const batch = type.fromBuffer((value ?? Buffer.alloc(0)).subarray(5)) as ReadingBatch;
      const due = (last.get(batch.stationId) ?? 0) + 1;
      if (batch.batchId !== due) {
        const where = `${topics.raw} ${partition} at ${offset}`;
        // Thrown here it would only make the reader read once more.
        fault ??= new Error(`${where}: batch ${batch.batchId} of ${batch.stationId} where ${due} was due`);
      }
      last.set(batch.stationId, due);
      batches++;
      readings += sizeOf(batch);
    }
  });
  if (fault) throw fault;
  const admin = await kafka.admin();
  const ends = await admin.endOffsets(topics.deadLetter);
  await admin.close();
  return { batches, readings, deadLetters: ends.reduce((sum, end) => sum + end, 0) };
}
