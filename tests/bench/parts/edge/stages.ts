import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { avroType } from "../../../../infra/runtime/avro/contracts.ts";
import { SingleObjectCodec } from "../../../../schemas/avro/single-object.ts";
import { parseMqttTopic } from "../../../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../../../schemas/readings.ts";
import type { Recorded, RecordingBroker } from "../../../support/recording-broker.ts";

const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

/** Run `measure` over a home of its own, on the disk that temporary files are on, and remove it. */
export async function inNewHome<T>(measure: (home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "elevated-bench-"));
  try {
    return await measure(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export function isReadings(publish: Recorded): boolean {
  return parseMqttTopic(publish.topic)?.kind === "readings";
}

/** What the broker was sent from `since` on, decoded: only after the time that counts is over. */
export function batchesOf(broker: RecordingBroker, since: number, until: number): readonly ReadingBatch[] {
  return broker.publishes
    .slice(since, until)
    .filter(isReadings)
    .map((publish) => codec.decode(publish.payload));
}
