import type { InRecord, Kafka } from "../../infra/runtime/kafka/ports.ts";
import { HEADER } from "../../infra/runtime/registry/wire-format.ts";
import { isCoded } from "../../schemas/errors.ts";
import type { ReadingRange, Topics } from "../../schemas/topics.ts";
import { readBatch } from "../audit/read/batch.ts";

/** An interval of the wall clock, epoch ms, by the records' own times. */
export interface Interval {
  readonly from: number;
  /** The first moment behind it. */
  readonly to: number;
}

/**
 * The records of these topics from this interval, in order per partition: from the first that is not older than its
 * beginning to the last before one that is not older than its end. In between all are taken, whatever time they have:
 * a clean record has dedup's, and its clock may have been set. Nothing is committed, and nothing that is live is disturbed.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, also when there is no such topic
 */
export async function recordsOf(
  kafka: Pick<Kafka, "tail">,
  topics: readonly string[],
  { from, to }: Interval,
  take: (record: InRecord) => void,
): Promise<void> {
  const ended = new Set<string>();
  const tail = await kafka.tail({
    topics,
    from,
    onRecords(records) {
      for (const record of records) {
        const place = `${record.topic}@${record.partition}`;
        if (record.timestamp >= to) ended.add(place);
        if (!ended.has(place)) take(record);
      }
    },
  });
  try {
    await Promise.race([tail.caughtUp, tail.failed]);
  } finally {
    await tail.stop();
  }
}

/**
 * What the raw topic has, from this moment until now.
 *
 * @returns the number of its records that are no batches.
 * @throws {CodedError} KAFKA_UNAVAILABLE
 */
export async function rawRuns(
  kafka: Pick<Kafka, "tail">,
  topics: Topics,
  from: number,
  take: (run: ReadingRange) => void,
): Promise<number> {
  let unreadable = 0;
  await recordsOf(kafka, [topics.raw], { from, to: Number.POSITIVE_INFINITY }, ({ value }) => {
    const runs = value && runsIn(value);
    if (!runs) unreadable++;
    for (const run of runs ?? []) take(run);
  });
  return unreadable;
}

/** null: it is no batch. */
function runsIn(value: Buffer): readonly ReadingRange[] | null {
  try {
    return readBatch(value.subarray(HEADER)).runs;
  } catch (error) {
    if (isCoded(error, "AVRO_INVALID")) return null;
    throw error;
  }
}
