import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { avroCodec } from "../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { LIMITS } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { Decider } from "../bridge/decision.ts";
import { Records } from "../bridge/records.ts";

/** A decider over an in-memory registry and two partitions. */
export async function testDecider(now = 1_000, kafkaBytes: number = LIMITS.recordBytes): Promise<Decider> {
  const registry = memoryRegistry();
  const codecs = {
    rawKey: await avroCodec<number>(registry, "raw-key", "station-id"),
    rawValue: await avroCodec<unknown>(registry, "raw-value", "reading-batch"),
    devicesKey: await avroCodec<string>(registry, "devices-key", "device-id"),
    devicesValue: await avroCodec<unknown>(registry, "devices-value", "device-state"),
    deadLetterKey: await avroCodec<string>(registry, "dead-letter-key", "device-id"),
    deadLetterValue: await avroCodec<unknown>(registry, "dead-letter-value", "dead-letter"),
  };
  return new Decider({
    records: new Records(codecs, TOPICS, { raw: 2, devices: 2 }),
    codec: new SingleObjectCodec<ReadingBatch>(avroType("reading-batch")),
    payloadBytes: LIMITS.payloadBytes,
    kafkaBytes: () => kafkaBytes,
    now: () => now,
  });
}
