import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { InRecord } from "../ports.ts";
import { headerNames } from "./batch-records.ts";
import { crc32c } from "./crc32c.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import { type BatchHead, writeRecordBatch } from "./record-batch.ts";
import { readRecordSet } from "./record-set.ts";

const HEAD: BatchHead = { producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: false };
const PLACE = { topic: "t", partition: 1, from: 0, headers: headerNames(["reading"]) };

/** A batch as the broker stores it, with its offset; values "v0", "v1", … */
function batch(baseOffset: number, count: number, more: Partial<BatchHead> = {}): Buffer {
  const to = new GrowingBuffer();
  const records = Array.from({ length: count }, (_, i) => ({
    key: i === 0 ? null : Buffer.from(`k${i}`),
    value: Buffer.from(`v${baseOffset + i}`),
    headers: { reading: `r${baseOffset + i}`, times: "1;2" },
    timestamp: 1_700_000_000_000 + i,
  }));
  writeRecordBatch(to, { ...HEAD, ...more }, records);
  return at(baseOffset, Buffer.from(to.bytes));
}

function at(offset: number, bytes: Buffer): Buffer {
  bytes.writeBigInt64BE(BigInt(offset), 0);
  return bytes;
}

/** The end of a producer's transaction. */
function marker(offset: number, producerId: bigint, commit: boolean): Buffer {
  const key = Buffer.from([0, 0, 0, commit ? 1 : 0]);
  const to = new GrowingBuffer();
  const control = [{ key, value: Buffer.alloc(6), headers: undefined, timestamp: 0 }];
  writeRecordBatch(to, { ...HEAD, producerId, transactional: true }, control);
  const bytes = Buffer.from(to.bytes);
  bytes.writeInt16BE(bytes.readInt16BE(21) | 0x20, 21);
  return at(offset, summed(bytes));
}

function summed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
  return bytes;
}

const read = (bytes: readonly Buffer[], from = 0, aborted: Parameters<typeof readRecordSet>[2] = []) => {
  const set = readRecordSet(Buffer.concat(bytes), { ...PLACE, from }, aborted);
  const records = [...set.records];
  const walked: InRecord[] = [];
  set.records.forEach((record) => {
    walked.push(record);
  });
  expect(walked).toEqual(records);
  expect(set.records.length).toBe(records.length);
  return { ...set, records };
};
const offsetsOf = ({ records }: ReturnType<typeof read>) => records.map(({ offset }) => offset);

describe("a record set", () => {
  test("gives back keys, values, times, and the headers that are wanted", () => {
    const { records, next, unreadable } = read([batch(5, 2)]);
    expect(records).toEqual([
      {
        topic: "t",
        partition: 1,
        offset: 5,
        timestamp: 1_700_000_000_000,
        key: null,
        value: Buffer.from("v5"),
        headers: { reading: "r5" },
      },
      {
        topic: "t",
        partition: 1,
        offset: 6,
        timestamp: 1_700_000_000_001,
        key: Buffer.from("k1"),
        value: Buffer.from("v6"),
        headers: { reading: "r6" },
      },
    ]);
    expect({ next, unreadable }).toEqual({ next: 7, unreadable: [] });
  });

  test("begins in the middle of a batch, and ends before one that is not all there", () => {
    const set = read([batch(0, 4), batch(4, 4).subarray(0, 80)], 2);
    expect(offsetsOf(set)).toEqual([2, 3]);
    expect(set.next).toBe(4);
  });

  test("that is empty goes no further", () => {
    expect(read([], 9)).toEqual({ records: [], unreadable: [], next: 9 });
  });

  test("leaves out aborted transactions, also where two producers' interleave", () => {
    const set = read(
      [
        batch(0, 2, { producerId: 7n, transactional: true }),
        batch(2, 2, { producerId: 8n, transactional: true }),
        marker(4, 7n, false),
        batch(5, 1, { producerId: 7n, transactional: true }),
        batch(6, 1, { producerId: 8n, transactional: true }),
        marker(7, 8n, true),
        marker(8, 7n, true),
        batch(9, 1),
      ],
      0,
      [{ producerId: 7, firstOffset: 0 }],
    );
    expect(offsetsOf(set)).toEqual([2, 3, 5, 6, 9]);
    expect(set.next).toBe(10);
  });

  test("names a batch that is damaged, or packed in a way that is not known, and goes on behind it", () => {
    const damaged = batch(3, 2);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    const unknown = batch(5, 1);
    unknown.writeInt16BE(5, 21);
    const set = read([batch(0, 3), damaged, summed(unknown), batch(6, 1)], 0);
    expect(offsetsOf(set)).toEqual([0, 1, 2, 6]);
    expect(set.unreadable).toEqual([
      { from: 3, to: 4, reason: "the batch's checksum is wrong" },
      { from: 5, to: 5, reason: "they are compressed by a codec that is not known here (number 5)" },
    ]);
  });

  test("unpacks gzip", () => {
    const plain = batch(0, 3);
    const packed = Buffer.concat([plain.subarray(0, 61), gzipSync(plain.subarray(61))]);
    packed.writeInt32BE(packed.length - 12, 8);
    packed.writeInt16BE(1, 21);
    expect(read([summed(packed)]).records).toEqual(read([plain]).records);
  });

  test("whatever its bytes say, no record comes of a batch that ends in the middle of one", () => {
    const bytes = batch(0, 3);
    for (let i = 61; i < bytes.length; i++) {
      const other = Buffer.from(bytes);
      other[i] = (other[i] ?? 0) ^ 0x80;
      const { records, next } = read([summed(other)]);
      expect(records.length).toBeLessThanOrEqual(3);
      expect(next).toBe(3);
    }
  });
});
