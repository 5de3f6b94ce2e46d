import type { InRecord, KafkaAdmin, LogReader } from "../../infra/runtime/kafka/ports.ts";
import { HEADER } from "../../infra/runtime/registry/wire-format.ts";
import { isCoded } from "../../schemas/errors.ts";
import type { ReadingRange, Topics } from "../../schemas/topics.ts";
import { readBatch } from "../audit/read/batch.ts";
import { Cursors, type Start } from "./cursors.ts";

/** An interval of the wall clock, epoch ms, by the records' own times. */
export interface Interval {
  readonly from: number;
  /** The first moment behind it. */
  readonly to: number;
}

/** What reading by time needs of Kafka: where a moment is, and what is there. */
export interface RecordLog {
  readonly admin: Pick<KafkaAdmin, "offsetsAt">;
  readonly reader: Pick<LogReader, "look">;
}

/** Where each partition of a topic is at a moment, epoch ms. @throws {CodedError} KAFKA_UNAVAILABLE */
export async function startsAt(
  admin: RecordLog["admin"],
  topic: string,
  at: number,
): Promise<readonly Start[]> {
  const offsets = await admin.offsetsAt(topic, Math.max(0, Math.floor(at)));
  return offsets.map((from, partition) => ({ topic, partition, from }));
}

/**
 * The records of these topics from this interval, in order per partition: from the first that is not older than its
 * beginning to the last before one that is not older than its end. In between all are taken, whatever time they have:
 * a clean record has dedup's, and its clock may have been set. Only this stretch is read: Kafka finds its beginning by
 * time. Nothing is committed, and nothing that is live is disturbed.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, also when there is no such topic; KAFKA_UNREADABLE
 */
export async function recordsOf(
  { admin, reader }: RecordLog,
  topics: readonly string[],
  { from, to }: Interval,
  take: (record: InRecord) => void,
  signal?: AbortSignal,
): Promise<void> {
  const starts = await Promise.all(topics.map((topic) => startsAt(admin, topic, from)));
  await new Cursors(reader, starts.flat()).before(to, take, signal);
}

/**
 * What the raw topic has from this interval.
 *
 * @returns the number of its records that are no batches.
 * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_UNREADABLE
 */
export async function rawRuns(
  log: RecordLog,
  topics: Pick<Topics, "raw">,
  interval: Interval,
  take: (run: ReadingRange) => void,
  signal?: AbortSignal,
): Promise<number> {
  let unreadable = 0;
  const takeRuns = ({ value }: InRecord): void => {
    const runs = value && runsIn(value);
    if (!runs) unreadable++;
    for (const run of runs ?? []) take(run);
  };
  await recordsOf(log, [topics.raw], interval, takeRuns, signal);
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
