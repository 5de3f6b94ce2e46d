import { startsAt } from "../../bytes.ts";
import type { InRecord, LookedRecords } from "../ports.ts";
import { ByteCursor } from "./byte-cursor.ts";

export interface RecordSetRequest {
  readonly topic: string;
  readonly partition: number;
  /** Records before this offset may share the first batch: they are left out. */
  readonly from: number;
  /** Headers to read, a record's other headers are passed over; undefined: all. */
  readonly headers: readonly HeaderName[] | undefined;
}

/** A header's name, and its bytes in UTF-8: it is compared in place, for no record is its name made a text. */
export interface HeaderName {
  readonly name: string;
  readonly bytes: Buffer;
}

export function headerNames(names: Iterable<string>): readonly HeaderName[] {
  return [...names].map((name) => ({ name, bytes: Buffer.from(name) }));
}

/** The records of several batches. */
export class SetOfBatches implements LookedRecords {
  readonly length: number;
  readonly #batches: readonly BatchRecords[];

  constructor(batches: readonly BatchRecords[]) {
    this.#batches = batches;
    this.length = batches.reduce((sum, { length }) => sum + length, 0);
  }

  forEach(take: (record: InRecord) => void): void {
    for (const batch of this.#batches) batch.forEach(take);
  }

  *[Symbol.iterator](): Iterator<InRecord> {
    for (const batch of this.#batches) {
      const records: InRecord[] = [];
      batch.forEach((record) => {
        records.push(record);
      });
      yield* records;
    }
  }
}

export interface BatchBase {
  readonly baseOffset: number;
  readonly baseTime: number;
  /** The broker's time of all of them, with LogAppendTime. */
  readonly appended: number | undefined;
  /** Records in the batch. */
  readonly count: number;
}

/**
 * The records of a batch, each made when its turn comes: so none outlives the next one, and a look at tens of thousands
 * of them leaves the garbage collector nothing to copy.
 */
export class BatchRecords {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #place: RecordSetRequest;
  readonly #base: BatchBase;

  /** @throws RangeError: the bytes end in the middle of a record. */
  constructor({ bytes, at }: ByteCursor, place: RecordSetRequest, base: BatchBase) {
    this.#bytes = bytes;
    this.#start = at;
    this.#place = place;
    this.#base = base;
    this.length = this.#checked();
  }

  forEach(take: (record: InRecord) => void): void {
    const { topic, partition, from, headers } = this.#place;
    const { baseOffset, baseTime, appended, count } = this.#base;
    const cursor = new ByteCursor(this.#bytes, this.#start);
    let key: Buffer | null = null;
    let value: Buffer | null = null;
    for (let i = 0; i < count; i++) {
      const length = cursor.varint();
      const end = cursor.at + length;
      cursor.at++; // attributes: none are in use
      const timeDelta = cursor.varlong();
      const offset = baseOffset + cursor.varint();
      if (offset >= from) {
        key = bytesOrNull(cursor, key);
        value = bytesOrNull(cursor, value);
        const timestamp = appended ?? baseTime + timeDelta;
        take({ topic, partition, offset, timestamp, key, value, headers: headersOf(cursor, headers) });
      }
      cursor.at = end;
    }
  }

  /** Walks over all of it once, so that the second walk cannot fail. @returns how many are asked for. */
  #checked(): number {
    const cursor = new ByteCursor(this.#bytes, this.#start);
    let wanted = 0;
    for (let i = 0; i < this.#base.count; i++) {
      const length = cursor.varint();
      const end = cursor.at + length;
      cursor.skip(1);
      cursor.varlong();
      if (this.#base.baseOffset + cursor.varint() >= this.#place.from) wanted++;
      skipBytes(cursor);
      skipBytes(cursor);
      for (let n = cursor.varint(); n > 0; n--) {
        cursor.skip(cursor.varint());
        skipBytes(cursor);
      }
      if (cursor.at > end) throw new RangeError("a record that is longer than it says");
      cursor.at = end;
    }
    if (cursor.remaining < 0) throw new RangeError("the end");
    return wanted;
  }
}

function skipBytes(cursor: ByteCursor): void {
  const length = cursor.varint();
  if (length > 0) cursor.skip(length);
}

/**
 * @param before - what the record before has here. Neighbours are often of one station, and equal: then it is the same
 * Buffer, which costs a reader who remembers what it made of it nothing.
 */
function bytesOrNull(cursor: ByteCursor, before: Buffer | null): Buffer | null {
  const length = cursor.varint();
  if (length < 0) return null;
  const at = cursor.skip(length);
  if (before?.length === length && startsAt(cursor.bytes, at, before)) return before;
  return cursor.bytes.subarray(at, at + length);
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

function headersOf(
  cursor: ByteCursor,
  wanted: readonly HeaderName[] | undefined,
): Readonly<Record<string, string>> {
  let headers: Record<string, string> | undefined;
  for (let n = cursor.varint(); n > 0; n--) {
    const name = known(cursor, wanted);
    const length = cursor.varint();
    if (length < 0) continue;
    const at = cursor.skip(length);
    if (name === undefined) continue;
    headers ??= {};
    headers[name] = cursor.bytes.toString("utf8", at, at + length);
  }
  return headers ?? NO_HEADERS;
}

/** Steps over a header's name. @returns undefined: it is not wanted. */
function known(cursor: ByteCursor, wanted: readonly HeaderName[] | undefined): string | undefined {
  const length = cursor.varint();
  const at = cursor.skip(length);
  if (wanted === undefined) return cursor.bytes.toString("utf8", at, at + length);
  for (const { name, bytes } of wanted) {
    if (bytes.length === length && startsAt(cursor.bytes, at, bytes)) return name;
  }
  return undefined;
}
