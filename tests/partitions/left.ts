import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { OFFSET_KEY } from "../../infra/runtime/kafka/ports.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import { stationOfKey } from "../../schemas/state-keys.ts";
import { partitionOf } from "../../schemas/topics.ts";
import type { Scene } from "../proof/scenes/scene.ts";

/** Turnstiles' entries per station, by whom counts them. */
export interface StationCountsLeft {
  readonly presses: Readonly<Record<number, number>>;
  readonly clean: Readonly<Record<number, number>>;
  readonly summed: Readonly<Record<number, number>>;
}

export function countsOf(scene: Scene): StationCountsLeft {
  const { topics, wire } = scene.pipeline;
  const presses: Record<number, number> = {};
  for (const { id, stationId, seq } of scene.field.devices) {
    if (id.includes("-T")) presses[stationId] = (presses[stationId] ?? 0) + seq;
  }
  const clean: Record<number, number> = {};
  for (const record of scene.records(topics.turnstiles)) {
    const station = wire.stationOf(record);
    clean[station] = (clean[station] ?? 0) + 1;
  }
  const summed: Record<number, number> = {};
  for (const row of scene.records(topics.turnstileSummary))
    summed[wire.stationKeyOf(row)] = wire.countOf(row);
  return { presses, clean, summed };
}

/** dedup's state as a restart would read it: per key its record, and what does not lie where it belongs. */
export function stateOf(scene: Scene): {
  readonly stations: Readonly<Record<string, string>>;
  readonly misplaced: readonly string[];
} {
  const { dedupState, raw } = scene.pipeline.topics;
  const partitions = scene.world.kafka.log.partitionCount(raw);
  const stations = new Map<string, string>();
  const places = new Map<string, number[]>();
  const newest = new Map<string, { key: Buffer; value: Buffer | null; partition: number }>();
  for (const { key, value, partition } of scene.records(dedupState)) {
    if (key && !key.toString("latin1").startsWith(OFFSET_KEY))
      newest.set(`${partition} ${key.toString("hex")}`, { key, value, partition });
  }
  for (const { key, value, partition } of newest.values()) {
    if (!value) continue;
    const number = avroType("station-id").fromBuffer(parseFrame(key).body) as number;
    const name = String(number);
    stations.set(name, value.toString("hex"));
    places.set(name, [...(places.get(name) ?? []), partition]);
  }
  const misplaced = [...places].flatMap(([name, found]) =>
    found.length === 1 && found[0] === partitionOf(stationOfKey(Number(name)), partitions)
      ? []
      : [`${name} in ${found.join()}`],
  );
  return { stations: Object.fromEntries([...stations].sort()), misplaced };
}
