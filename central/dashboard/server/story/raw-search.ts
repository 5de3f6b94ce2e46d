import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { decodeReadingBatch } from "../../../../schemas/avro/reading-batch.ts";
import type { StoryRef } from "../../../../schemas/page/story.ts";
import type { Reading } from "../../../../schemas/readings.ts";
import { HEADERS, type HopTimes, parseReading } from "../../../../schemas/topics.ts";
import type { BatchFocus } from "./bytes/batch-focus.ts";
import { REGISTRY_HEADER } from "./bytes/registry.ts";
import type { Compare } from "./find-record.ts";

/** A reading in its raw record. */
export interface RawReading {
  readonly record: InRecord;
  readonly reading: Reading;
  readonly edgeTime: number;
  /** When the gateway took it; null: the record does not say. */
  readonly gatewayTime: number | null;
  readonly focus: BatchFocus;
}

/** By how much clocks of hosts may differ where a record is looked for by time, ms. */
const SLACK_MS = 2_000;

/** @returns undefined: this record does not hold it, or cannot be decoded. */
export function readingIn(record: InRecord, { deviceId, bootId, seq }: StoryRef): RawReading | undefined {
  const decoded = decodeReadingBatch(record.value?.subarray(REGISTRY_HEADER) ?? Buffer.alloc(0));
  if (!decoded.ok) return undefined;
  for (const [run, { deviceId: id, bootId: boot, firstSeq, readings }] of decoded.value.runs.entries()) {
    const found = id === deviceId && boot === bootId ? readings[seq - firstSeq] : undefined;
    if (!found) continue;
    const { edgeTime, ...rest } = found;
    const gatewayTime = Number(record.headers[HEADERS.gatewayTime] ?? Number.NaN);
    return {
      record,
      reading: { deviceId, bootId, seq, ...rest },
      edgeTime,
      gatewayTime: Number.isNaN(gatewayTime) ? null : gatewayTime,
      focus: { run, reading: seq - firstSeq },
    };
  }
  return undefined;
}

/**
 * For a search of the raw topic, whose records are in the order of their timestamps: Kafka gives them.
 *
 * @param from - when the reading had not reached the gateway yet, wall ms.
 * @param to - when it had left the topic, or now.
 */
export function rawWithin(
  ref: StoryRef,
  { from, to }: { readonly from: number; readonly to: number },
): Compare {
  return (record) => {
    if (record.timestamp < from - SLACK_MS) return -1;
    if (record.timestamp > to + SLACK_MS) return 1;
    return readingIn(record, ref) ? 0 : undefined;
  };
}

/** For a search of a clean topic, in which each device's readings are in order. */
export function cleanOf({ deviceId, bootId, seq }: StoryRef): Compare {
  return ({ headers }) => {
    const of = parseReading(headers[HEADERS.reading] ?? "");
    if (of.deviceId !== deviceId) return undefined;
    return of.bootId - bootId || of.seq - seq;
  };
}

/** Between which times its raw record was written, as far as the clean record tells. */
export function windowOf({ gateway, dedup }: HopTimes): { readonly from: number; readonly to: number } {
  return { from: gateway, to: Math.max(gateway, dedup) };
}
