import type { InRecord } from "../../../runtime/kafka/ports.ts";
import { layoutOf } from "../analysis/source-scope.ts";
import type { Source } from "../catalog/source.ts";
import type { Serdes } from "../formats/side.ts";
import { parseWith } from "../values/time/parse.ts";
import { instantOfFields } from "../values/time/resolve.ts";
import { zoneOf } from "../values/time/zone.ts";
import type { Row, Value } from "../values/value.ts";
import type { ProcessingLog } from "./processing-log.ts";

const WINDOW_SUFFIX = 8;

/** A record of a source's topic. */
export interface SourceRecord {
  readonly key: readonly Value[];
  /** The topic's record has a key; tables pass over those without. */
  readonly hasKey: boolean;
  /** Start of the key's window, epoch ms. */
  readonly windowStart?: number;
  /** Keys, values and system columns; null: a tombstone. */
  readonly row: Row | null;
  /** The row's time, epoch ms. */
  readonly time: number;
}

/** Reads records as rows; what cannot be read goes to the processing log. */
export interface RecordReader {
  prepare(records: readonly InRecord[]): Promise<void>;
  /** @returns undefined for a record that was logged and left out. */
  read(record: InRecord): SourceRecord | undefined;
}

export function recordReader(source: Source, serdes: Serdes, log: ProcessingLog): RecordReader {
  const layout = layoutOf(source);
  const nullKey: readonly Value[] = source.keys.map(() => null);
  const nullValues: readonly Value[] = source.values.map(() => null);
  const timeOf = timeExtractor(source);
  const decode = (record: InRecord): SourceRecord | undefined => {
    const windowed = source.window !== undefined && record.key !== null;
    const keyBytes = windowed ? record.key.subarray(0, record.key.length - WINDOW_SUFFIX) : record.key;
    const windowStart = windowed
      ? Number(record.key.readBigInt64BE(record.key.length - WINDOW_SUFFIX))
      : undefined;
    const key = keyBytes === null || source.keys.length === 0 ? nullKey : serdes.key.decode(keyBytes);
    const values = record.value === null ? null : serdes.value.decode(record.value);
    const row: Value[] = [...key, ...(values ?? nullValues)];
    const time = values ? timeOf(row, record.timestamp) : record.timestamp;
    if (time < 0) throw new Error(`the row's time is negative: ${time}`);
    row[layout.rowTime] = BigInt(time);
    row[layout.rowPartition] = record.partition;
    row[layout.rowOffset] = BigInt(record.offset);
    if (source.window && windowStart !== undefined) {
      row[layout.windowStart] = BigInt(windowStart);
      row[layout.windowEnd] = BigInt(windowStart + source.window.size);
    }
    return {
      key,
      hasKey: record.key !== null,
      row: values ? row : null,
      time,
      ...(windowStart === undefined ? {} : { windowStart }),
    };
  };
  return {
    async prepare(records) {
      await serdes.key.prepare?.(records.map((record) => record.key));
      await serdes.value.prepare?.(records.map((record) => record.value));
    },
    read(record) {
      try {
        return decode(record);
      } catch (error) {
        log.poisoned(record, error);
        return undefined;
      }
    },
  };
}

/** A row's time from its TIMESTAMP column, or the record's own. */
function timeExtractor(source: Source): (row: Row, recordTime: number) => number {
  const { timestamp } = source;
  if (!timestamp) return (_, recordTime) => recordTime;
  const at = [...source.keys, ...source.values].findIndex((column) => column.name === timestamp.column);
  return (row) => timeOfValue(row[at] ?? null, timestamp.format);
}

/** @throws Error when there is no time in it. */
export function timeOfValue(value: Value, format: string | undefined): number {
  if (value === null) throw new Error("the TIMESTAMP column is NULL");
  return format === undefined
    ? Number(value)
    : instantOfFields(parseWith(format, String(value)), zoneOf("UTC"));
}
