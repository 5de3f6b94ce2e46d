import type { Kafka, LogReader, Looked } from "../../../infra/runtime/kafka/ports.ts";
import type { Random } from "../../../infra/runtime/random.ts";

/** Of a look, that a partition is in it. */
const SHARE = 0.6;

/**
 * The same Kafka, each of whose partitions reaches a reader late by a time of its own: what came later may be read
 * sooner, but for the order within a partition, which is all that Kafka promises.
 */
export function laggingKafka(kafka: Kafka, random: Random): Kafka {
  return slowedKafka(kafka, (looked) => {
    if (random() >= SHARE) return undefined;
    return first(looked, Math.ceil(random() * looked.records.length));
  });
}

/**
 * The same Kafka, whose looks bring less than there is.
 *
 * @param slow - what is brought of a partition; undefined: nothing.
 */
export function slowedKafka(kafka: Kafka, slow: (looked: Looked) => Looked | undefined): Kafka {
  return { ...kafka, logReader: (settings) => slowedReader(kafka.logReader(settings), slow) };
}

/** Only the first so many records of what a look brought. */
export function first(looked: Looked, count: number): Looked {
  const records = [...looked.records];
  return { ...looked, records: records.slice(0, count), next: records[count]?.offset ?? looked.next };
}

function slowedReader(reader: LogReader, slow: (looked: Looked) => Looked | undefined): LogReader {
  return {
    look: async (at) => (await reader.look(at)).flatMap((looked) => slow(looked) ?? []),
    stop: () => reader.stop(),
  };
}
