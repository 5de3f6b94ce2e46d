import type { OutRecord } from "../../../runtime/kafka/ports.ts";
import type { Source } from "../catalog/source.ts";
import type { Serdes } from "../formats/side.ts";
import type { Value } from "../values/value.ts";
import { murmur2 } from "./murmur2.ts";
import { timeOfValue } from "./record-reader.ts";

/** A row for a sink's topic. */
export interface SinkRow {
  readonly key: readonly Value[];
  /** The value columns; null: a tombstone. */
  readonly values: readonly Value[] | null;
  readonly time: number;
  readonly windowStart?: number;
}

export interface RecordWriter {
  /**
   * @returns undefined when the row's TIMESTAMP column holds no time: such a row is left out.
   * @throws Error when a value does not fit its format.
   */
  write(row: SinkRow): OutRecord | undefined;
}

/**
 * Rows as records of a sink's topic, their time the event's.
 *
 * @param partition - of every record; left out: the key's hash decides.
 */
export function recordWriter(sink: Source, serdes: Serdes, partition?: number): RecordWriter {
  const timeOf = timeWriter(sink);
  return {
    write(row) {
      const time = timeOf(row);
      if (time === undefined || time < 0) return undefined;
      const bytes =
        row.key.every((value) => value === null) && sink.keys.length > 0 ? null : serdes.key.encode(row.key);
      const record = {
        topic: sink.topic,
        key: bytes && row.windowStart !== undefined ? withWindow(bytes, row.windowStart) : bytes,
        value: row.values ? serdes.value.encode(row.values) : null,
        timestamp: time,
      };
      if (partition !== undefined) return { ...record, partition };
      return bytes ? { ...record, partition: partitionOfKey(sink, bytes) } : record;
    },
  };
}

/** The partition of a key: as Kafka's default partitioner, but blind to the registry's header, whose id may change. */
export function partitionOfKey(sink: Source, key: Buffer): number {
  const stable = sink.keyFormat === "AVRO" ? key.subarray(5) : key;
  return murmur2(stable) % sink.partitions;
}

function withWindow(key: Buffer, start: number): Buffer {
  const suffix = Buffer.alloc(8);
  suffix.writeBigInt64BE(BigInt(start));
  return Buffer.concat([key, suffix]);
}

function timeWriter(sink: Source): (row: SinkRow) => number | undefined {
  const { timestamp } = sink;
  if (!timestamp) return (row) => row.time;
  const key = sink.keys.findIndex((column) => column.name === timestamp.column);
  const value = sink.values.findIndex((column) => column.name === timestamp.column);
  return (row) => {
    const found = key >= 0 ? row.key[key] : row.values?.[value];
    try {
      return row.values ? timeOfValue(found ?? null, timestamp.format) : row.time;
    } catch {
      return undefined;
    }
  };
}
