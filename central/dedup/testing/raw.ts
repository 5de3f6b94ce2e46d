import type { OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import { avroCodec } from "../../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../../infra/runtime/registry/ports.ts";
import { parseDeviceId } from "../../../schemas/network/devices.ts";
import type { ReadingBatch, Run, RunReading } from "../../../schemas/readings.ts";
import { HEADERS, partitionOf, type Topics } from "../../../schemas/topics.ts";

/** Readings `from` to `to` of a device's boot. Their times tell their numbers apart. */
export function run(deviceId: string, bootId: number, from: number, to: number): Run {
  const device = parseDeviceId(deviceId);
  const readings = Array.from({ length: to - from + 1 }, (_, i): RunReading => {
    const seq = from + i;
    return {
      total: seq,
      serviceTime: 1_000_000 + seq,
      deviceTime: 2_000_000 + seq,
      edgeTime: 3_000_000 + seq,
      line: device?.kind === "arrival" ? device.line : "blue",
      arrival:
        device?.kind === "arrival"
          ? {
              trainId: `BL${String(seq).padStart(3, "0")}`,
              status: "in_service",
              prevStationId: null,
              prevDirection: null,
            }
          : null,
    };
  });
  return { deviceId, bootId, firstSeq: from, readings };
}

export function batch(stationId: number, ...runs: readonly Run[]): ReadingBatch {
  return { stationId, agentBoot: 1, batchId: 1, runs };
}

/** Makes raw records as the gateway does. */
export async function rawWriter(
  registry: RegistryClient,
  topics: Topics,
  partitions: number,
): Promise<(batch: ReadingBatch) => OutRecord> {
  const key = await avroCodec<number>(registry, `${topics.raw}-key`, "station-id");
  const value = await avroCodec<ReadingBatch>(registry, `${topics.raw}-value`, "reading-batch");
  return (one) => ({
    topic: topics.raw,
    partition: partitionOf(one.stationId, partitions),
    key: key.encode(one.stationId),
    value: value.encode(one),
    headers: { [HEADERS.gatewayTime]: "4000000" },
  });
}
