import type { InRecord, Kafka } from "../../../../infra/runtime/kafka/ports.ts";
import { readThrough } from "../../../../infra/runtime/kafka/testing/contents.ts";
import { HEADERS, parseReading } from "../../../../schemas/topics.ts";

/** Every reading of a set of clean topics, as any consumer of committed records sees them. */
export class CleanCount {
  readings = 0;
  /** The first record that was not the next of its device and boot. */
  fault: string | undefined;
  readonly #last = new Map<string, number>();

  /** In the order of their offsets, which is each device's order: a station has one partition. */
  add({
    topic,
    partition,
    offset,
    headers,
  }: Pick<InRecord, "topic" | "partition" | "offset" | "headers">): void {
    const { deviceId, bootId, seq } = parseReading(headers[HEADERS.reading] ?? "");
    const device = `${deviceId} of boot ${bootId}`;
    const due = (this.#last.get(device) ?? 0) + 1;
    if (seq !== due)
      this.fault ??= `${topic} ${partition} at ${offset}: ${device}: ${seq} where ${due} was due`;
    this.#last.set(device, seq);
    this.readings++;
  }
}

/**
 * Read these topics from their beginning.
 *
 * @throws Error when a device's readings are not 1, 2, 3, …: one is missing, or there twice, or out of order.
 */
export async function countClean(kafka: Kafka, topics: readonly string[]): Promise<number> {
  const count = new CleanCount();
  await readThrough(kafka, topics, (records) => {
    for (const record of records) count.add(record);
  });
  if (count.fault) throw new Error(count.fault);
  return count.readings;
}
