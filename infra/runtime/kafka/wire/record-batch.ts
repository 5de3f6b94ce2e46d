import { crc32c } from "./crc32c.ts";
import { GrowingBuffer, sizeOfVarint, sizeOfVarlong } from "./growing-buffer.ts";

/** One record of a batch. Text is written as UTF-8. */
export interface BatchRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Epoch ms. */
  readonly timestamp: number;
}

export interface BatchHead {
  /** -1: not idempotent. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly transactional: boolean;
}

const MAGIC = 2;
const TRANSACTIONAL = 1 << 4;
/** Bytes before the records. */
const HEAD_BYTES = 61;
/** Where the length and the checksum stand, from the batch's start. */
const LENGTH_AT = 8;
const CRC_AT = 17;
const CRC_FROM = 21;

/**
 * Append one record batch, uncompressed (Kafka's message format version 2, "Record Batch" and "Record" in Kafka's
 * documentation of its protocol). The broker sets the offset and the leader's epoch.
 *
 * @param records - at least one.
 */
export function writeRecordBatch(to: GrowingBuffer, head: BatchHead, records: readonly BatchRecord[]): void {
  const start = to.length;
  const base = records[0]?.timestamp ?? 0;
  to.reserve(HEAD_BYTES);
  to.int64(0n);
  to.int32(0);
  to.int32(0);
  to.int8(MAGIC);
  to.int32(0);
  to.int16(head.transactional ? TRANSACTIONAL : 0);
  to.int32(records.length - 1);
  to.int64(BigInt(base));
  to.int64(BigInt(latest(records)));
  to.int64(head.producerId);
  to.int16(head.producerEpoch);
  to.int32(head.firstSequence);
  to.int32(records.length);
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as BatchRecord;
    writeRecord(to, record, i, record.timestamp - base);
  }
  to.int32At(to.length - start - LENGTH_AT - 4, start + LENGTH_AT);
  to.uint32At(crc32c(to.bytes, start + CRC_FROM), start + CRC_AT);
}

function latest(records: readonly BatchRecord[]): number {
  let max = records[0]?.timestamp ?? 0;
  for (const { timestamp } of records) if (timestamp > max) max = timestamp;
  return max;
}

function writeRecord(to: GrowingBuffer, record: BatchRecord, offsetDelta: number, timeDelta: number): void {
  const { key, value, headers } = record;
  let headerBytes = 0;
  let count = 0;
  for (const name in headers) {
    const size = Buffer.byteLength(headers[name] as string);
    headerBytes += encodedName(name).length + sizeOfVarint(size) + size;
    count++;
  }
  const size =
    1 +
    sizeOfVarlong(timeDelta) +
    sizeOfVarint(offsetDelta) +
    sizeOfBytes(key) +
    sizeOfBytes(value) +
    sizeOfVarint(count) +
    headerBytes;
  to.reserve(size + 5);
  to.varint(size);
  to.int8(0);
  to.varlong(timeDelta);
  to.varint(offsetDelta);
  writeBytes(to, key);
  writeBytes(to, value);
  to.varint(count);
  for (const name in headers) {
    const text = headers[name] as string;
    const length = Buffer.byteLength(text);
    to.raw(encodedName(name));
    to.varint(length);
    to.text(text, length);
  }
}

function sizeOfBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeBytes(to: GrowingBuffer, bytes: Uint8Array | null): void {
  if (bytes === null) {
    to.varint(-1);
    return;
  }
  to.varint(bytes.length);
  to.raw(bytes);
}

/** Headers' names come again and again: their encoded form is kept, for so many of them. */
const MAX_NAMES = 256;
const names = new Map<string, Buffer>();

/** A header's name with its length before it. */
function encodedName(name: string): Buffer {
  const known = names.get(name);
  if (known) return known;
  const text = Buffer.from(name);
  const length = sizeOfVarint(text.length);
  const buffer = new GrowingBuffer();
  buffer.reserve(length + text.length);
  buffer.varint(text.length);
  buffer.raw(text);
  const encoded = Buffer.from(buffer.bytes);
  if (names.size < MAX_NAMES) names.set(name, encoded);
  return encoded;
}
