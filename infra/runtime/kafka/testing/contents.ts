import type { InRecord, Kafka } from "../ports.ts";

/** Hand over every committed record that these topics hold now, in order per partition; then read no further. */
export async function readThrough(
  kafka: Pick<Kafka, "tail">,
  topics: readonly string[],
  onRecords: (records: readonly InRecord[]) => void,
): Promise<void> {
  const tail = await kafka.tail({ topics, from: "beginning", onRecords });
  try {
    await tail.caughtUp;
  } finally {
    await tail.stop();
  }
}

/** All of them at once. */
export async function contentsOf(
  kafka: Pick<Kafka, "tail">,
  topics: readonly string[],
): Promise<readonly InRecord[]> {
  const records: InRecord[] = [];
  await readThrough(kafka, topics, (some) => void records.push(...some));
  return records;
}
