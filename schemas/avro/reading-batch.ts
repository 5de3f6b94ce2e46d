import { type CodedError, isCoded } from "../errors.ts";
import { DIRECTIONS, LINES } from "../network/network.ts";
import {
  type ArrivalEvent,
  type ReadingBatch,
  type Run,
  type RunReading,
  TRAIN_STATUSES,
} from "../readings.ts";
import { AvroCursor } from "./avro-cursor.ts";

/** What became of bytes that claim to be a value: the value, or why they are none. */
export type DecodedBatch<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: CodedError };

/**
 * A batch of readings from its binary encoding by `reading-batch.avsc`, without any header, of whatever origin: the
 * time is linear in the number of bytes, and nothing is allocated for what the bytes only claim to hold.
 *
 * That the numbers make sense (stations, devices, sequence) is not looked at.
 */
export function decodeReadingBatch(body: Buffer): DecodedBatch<ReadingBatch> {
  try {
    const cursor = new AvroCursor(body);
    const value = {
      stationId: cursor.int(),
      agentBoot: cursor.long(),
      batchId: cursor.long(),
      runs: listOf(cursor, run),
    };
    cursor.end();
    return { ok: true, value };
  } catch (error) {
    if (isCoded(error)) return { ok: false, error };
    throw error;
  }
}

function listOf<T>(cursor: AvroCursor, item: (cursor: AvroCursor) => T): T[] {
  const items: T[] = [];
  cursor.array(() => void items.push(item(cursor)));
  return items;
}

function run(cursor: AvroCursor): Run {
  return {
    deviceId: cursor.string(),
    bootId: cursor.long(),
    firstSeq: cursor.long(),
    readings: listOf(cursor, reading),
  };
}

function reading(cursor: AvroCursor): RunReading {
  return {
    total: cursor.long(),
    serviceTime: cursor.long(),
    deviceTime: cursor.long(),
    edgeTime: cursor.long(),
    line: symbolOf(cursor, LINES),
    arrival: optional(cursor, arrival),
  };
}

function arrival(cursor: AvroCursor): ArrivalEvent {
  return {
    trainId: cursor.string(),
    status: symbolOf(cursor, TRAIN_STATUSES),
    prevStationId: optional(cursor, () => cursor.int()),
    prevDirection: optional(cursor, () => symbolOf(cursor, DIRECTIONS)),
  };
}

/** Of the union `["null", …]`. */
function optional<T>(cursor: AvroCursor, value: (cursor: AvroCursor) => T): T | null {
  return cursor.index(2) === 1 ? value(cursor) : null;
}

/** The symbols stand in the schema in the order of the list. */
function symbolOf<T>(cursor: AvroCursor, symbols: readonly T[]): T {
  return symbols[cursor.index(symbols.length)] as T;
}
