import type { Clock } from "../../../runtime/clock.ts";
import { readThrough } from "../../../runtime/kafka/contents.ts";
import type { Kafka, KafkaAdmin } from "../../../runtime/kafka/ports.ts";

const LOOK_MS = 200;

interface DrainedOptions {
  readonly kafka: Pick<Kafka, "tail">;
  readonly admin: Pick<KafkaAdmin, "committedOffsets">;
  readonly clock: Clock;
  /** Reads these topics now. Nobody writes them any more. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** Resolves once the group has committed every record of the topics. */
export async function drained({ kafka, admin, clock, group, topics, signal }: DrainedOptions): Promise<void> {
  // By records: behind the last one stand the marks of its transaction, which no position passes.
  const ends = new Map<string, number[]>();
  await readThrough(kafka, topics, (records) => {
    for (const { topic, partition, offset } of records) {
      const list = ends.get(topic) ?? [];
      list[partition] = offset + 1;
      ends.set(topic, list);
    }
  });
  for (const [topic, wanted] of ends) {
    for (;;) {
      const committed = await admin.committedOffsets(group, topic);
      if (signal.aborted || wanted.every((end, partition) => (committed?.[partition] ?? 0) >= end)) break;
      await clock.sleep(LOOK_MS, signal);
    }
  }
}
