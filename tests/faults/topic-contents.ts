import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { type InRecord, type Kafka, OFFSET_KEY } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import type { SchemaName } from "../../schemas/avro/names.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { DedupState } from "../../schemas/records.ts";
import type { AnyState } from "../../schemas/states.ts";
import { HEADERS, parseReading } from "../../schemas/topics.ts";

export function kafkaAt(broker: string): Kafka {
  return createKafka({ brokers: [broker], clientId: "faults", logger: silentLogger, clock: systemClock });
}

/** A value or key behind the registry's header. */
function decoded(schema: SchemaName, bytes: Buffer | null): unknown {
  return avroType(schema).fromBuffer((bytes ?? Buffer.alloc(0)).subarray(5));
}

/** What came of one device, by the numbers of its readings. */
export interface Arrived {
  /** In order of their first appearance. */
  readonly firsts: readonly number[];
  /** Appearances in all. */
  readonly all: number;
}

/** What the raw topic holds per device. */
export function rawReadings(records: readonly InRecord[]): ReadonlyMap<string, Arrived> {
  const numbers = records.flatMap(({ value }) =>
    (decoded("reading-batch", value) as ReadingBatch).runs.flatMap(({ deviceId, firstSeq, readings }) =>
      readings.map((_, i) => [deviceId, firstSeq + i] as const),
    ),
  );
  return arrived(numbers);
}

/** What the clean topics hold per device. */
export function cleanReadings(records: readonly InRecord[]): ReadonlyMap<string, Arrived> {
  return arrived(
    records.map(({ headers }) => {
      const { deviceId, seq } = parseReading(headers[HEADERS.reading] ?? "");
      return [deviceId, seq] as const;
    }),
  );
}

function arrived(numbers: readonly (readonly [string, number])[]): Map<string, Arrived> {
  const seen = new Map<string, { firsts: Set<number>; all: number }>();
  for (const [deviceId, seq] of numbers) {
    const device = seen.get(deviceId) ?? { firsts: new Set(), all: 0 };
    device.firsts.add(seq);
    device.all++;
    seen.set(deviceId, device);
  }
  return new Map([...seen].map(([id, { firsts, all }]) => [id, { firsts: [...firsts], all }]));
}

/** The entries that dedup's state says it has counted, per station. */
export function countedEntries(records: readonly InRecord[]): ReadonlyMap<number, number> {
  const counted = new Map<number, number>();
  for (const { key, value } of records) {
    if (!value || key?.toString("latin1").startsWith(OFFSET_KEY)) continue;
    const state = decoded("dedup-state", value) as DedupState;
    counted.set(state.station_id, state.entries);
  }
  return counted;
}

/** Health messages, in the order in which a reader gets those of one station. */
export function deviceStates(records: readonly InRecord[]): readonly AnyState[] {
  return records.map(({ value }) => decoded("device-state", value) as AnyState);
}

/** 1 … n */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
