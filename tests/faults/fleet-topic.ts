import { expect } from "vitest";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import { readThrough } from "../../infra/runtime/kafka/testing/contents.ts";
import type { FleetRecord } from "../../schemas/fleet.ts";
import { topicNames } from "../../schemas/topics.ts";
import type { FleetLoad } from "./fleet-load.ts";

/** What the telemetry topic holds now, per vehicle. */
export async function fleetTopic(
  kafka: Kafka,
  prefix: string,
): Promise<{ readonly records: number; readonly distinct: ReadonlyMap<string, ReadonlySet<number>> }> {
  const distinct = new Map<string, Set<number>>();
  let records = 0;
  await readThrough(kafka, [topicNames(prefix).fleet], (some) => {
    for (const { value } of some) {
      const { vehicle_id, sequence } = JSON.parse(String(value)) as FleetRecord;
      distinct.set(vehicle_id, (distinct.get(vehicle_id) ?? new Set()).add(sequence));
      records++;
    }
  });
  return { records, distinct };
}

/** Kafka has exactly the events that were acknowledged: each, and no other. @returns how many records hold them. */
export async function expectAcknowledged(kafka: Kafka, prefix: string, load: FleetLoad): Promise<number> {
  const { records, distinct } = await fleetTopic(kafka, prefix);
  const last = new Map(load.acknowledged().map(({ vehicle, last }) => [vehicle, last]));
  expect(new Map([...distinct].map(([vehicle, seen]) => [vehicle, Math.max(...seen)]))).toEqual(last);
  expect(new Map([...distinct].map(([vehicle, seen]) => [vehicle, seen.size]))).toEqual(last);
  return records;
}
