import type { Clock } from "../../../runtime/clock.ts";
import type { InRecord, Kafka, KafkaAdmin } from "../../../runtime/kafka/ports.ts";

const LOOK_MS = 200;

interface DrainedOptions {
  readonly kafka: Pick<Kafka, "tail">;
  readonly admin: Pick<KafkaAdmin, "committedOffsets">;
  readonly clock: Clock;
  /** Reads these topics now. They are not written any more. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** Resolves once the group has committed every record of the topics. */
export async function drained({ kafka, admin, clock, group, topics, signal }: DrainedOptions): Promise<void> {
  for (const [topic, wanted] of await lastRecords(kafka, topics)) {
    for (;;) {
      const committed = await admin.committedOffsets(group, topic);
      if (signal.aborted || wanted.every((end, partition) => (committed?.[partition] ?? 0) >= end)) break;
      await clock.sleep(LOOK_MS, signal);
    }
  }
}

/**
 * The offset after the last record of each partition. The end of the log is no measure: behind the last record stand the
 * markers of its transaction, which no position passes.
 */
async function lastRecords(
  kafka: Pick<Kafka, "tail">,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const ends = new Map<string, number[]>();
  const onRecords = (records: readonly InRecord[]): void => {
    for (const { topic, partition, offset } of records) {
      const list = ends.get(topic) ?? [];
      list[partition] = offset + 1;
      ends.set(topic, list);
    }
  };
  const tail = await kafka.tail({ topics, from: "beginning", onRecords });
  try {
    await tail.caughtUp;
  } finally {
    await tail.stop();
  }
  return ends;
}
