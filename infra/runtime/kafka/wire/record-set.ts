import { messageOf } from "../../../../schemas/errors.ts";
import type { LookedRecords, Unreadable } from "../ports.ts";
import { BatchRecords, type RecordSetRequest, SetOfBatches } from "./batch-records.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { CODECS } from "./codecs.ts";
import { crc32c } from "./crc32c.ts";

/** A transaction that was aborted: its producer's records from this offset on, up to the marker that ends it. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface RecordSet {
  readonly records: LookedRecords;
  readonly unreadable: readonly Unreadable[];
  /** Where to read on. */
  readonly next: number;
}

const MAGIC = 2;
/** Of a batch, from its start ("Record Batch" in Kafka's documentation of its protocol). */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const BASE_TIME_AT = 27;
const MAX_TIME_AT = 35;
const PRODUCER_AT = 43;
const COUNT_AT = 57;
const RECORDS_AT = 61;
/** Length and offset, before what the length counts. */
const OVERHEAD = 12;
const COMPRESSION = 7;
const LOG_APPEND_TIME = 1 << 3;
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
/** The type of a control record that ends an aborted transaction. */
const ABORT = 0;

/**
 * The committed records of what a broker answers to a Fetch with isolation level READ_COMMITTED.
 *
 * Which batches are of aborted transactions is told by producer, so that two producers' transactions that interleave
 * are kept apart. A batch that cannot be read (its checksum, an unknown compression) is named, and stops nothing.
 *
 * @param aborted - in order of their first offsets.
 */
export function readRecordSet(
  bytes: Buffer,
  place: RecordSetRequest,
  aborted: readonly AbortedTransaction[],
): RecordSet {
  const batches: BatchRecords[] = [];
  const unreadable: Unreadable[] = [];
  const aborting = new Set<number>();
  let nextAborted = 0;
  let next = place.from;
  for (let at = 0; at + RECORDS_AT <= bytes.length; ) {
    const end = at + OVERHEAD + bytes.readInt32BE(at + LENGTH_AT);
    // A broker fills its answer up with the beginning of a batch.
    if (end > bytes.length || end <= at + OVERHEAD) break;
    const batch = new Batch(bytes.subarray(at, end));
    at = end;
    for (let a = aborted[nextAborted]; a && a.firstOffset <= batch.lastOffset; a = aborted[++nextAborted]) {
      aborting.add(a.producerId);
    }
    next = Math.max(next, batch.lastOffset + 1);
    try {
      batch.check();
      if (batch.control) {
        if (batch.ends() === ABORT) aborting.delete(batch.producerId);
      } else if (!(batch.transactional && aborting.has(batch.producerId))) batches.push(batch.records(place));
    } catch (error) {
      unreadable.push({
        from: Math.max(batch.baseOffset, place.from),
        to: batch.lastOffset,
        reason: messageOf(error),
      });
    }
  }
  return { records: new SetOfBatches(batches), unreadable, next };
}

class Batch {
  readonly #bytes: Buffer;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: number;
  readonly #attributes: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.baseOffset = this.#int64(0);
    this.#attributes = bytes.readInt16BE(ATTRIBUTES_AT);
    this.lastOffset = this.baseOffset + bytes.readInt32BE(LAST_DELTA_AT);
    this.producerId = this.#int64(PRODUCER_AT);
  }

  get transactional(): boolean {
    return (this.#attributes & TRANSACTIONAL) !== 0;
  }

  get control(): boolean {
    return (this.#attributes & CONTROL) !== 0;
  }

  /** @throws Error: it is not what its writer wrote, or of a format that Kafka has left behind. */
  check(): void {
    const magic = this.#bytes[MAGIC_AT];
    if (magic !== MAGIC) throw new Error(`a batch of format ${magic}`);
    const sum = crc32c(this.#bytes, ATTRIBUTES_AT);
    if (sum !== this.#bytes.readUInt32BE(CRC_AT)) throw new Error("the batch's checksum is wrong");
  }

  /** Of a control batch: how its transaction ended. */
  ends(): number {
    const cursor = new ByteCursor(this.#bytes, RECORDS_AT);
    cursor.varint();
    cursor.int8();
    cursor.varlong();
    cursor.varint();
    const key = cursor.take(cursor.varint());
    return key.readInt16BE(2);
  }

  /**
   * All of it, or nothing: a batch that ends in the middle of a record is no batch.
   *
   * @throws Error: it cannot be unpacked, or is cut.
   */
  records(place: RecordSetRequest): BatchRecords {
    return new BatchRecords(this.#unpacked(), place, {
      baseOffset: this.baseOffset,
      baseTime: this.#int64(BASE_TIME_AT),
      appended: (this.#attributes & LOG_APPEND_TIME) !== 0 ? this.#int64(MAX_TIME_AT) : undefined,
      count: this.#bytes.readInt32BE(COUNT_AT),
    });
  }

  #unpacked(): ByteCursor {
    const compression = this.#attributes & COMPRESSION;
    if (compression === 0) return new ByteCursor(this.#bytes, RECORDS_AT);
    const unpack = CODECS[compression];
    if (!unpack)
      throw new Error(`they are compressed by a codec that is not known here (number ${compression})`);
    return new ByteCursor(unpack(this.#bytes.subarray(RECORDS_AT)));
  }

  #int64(at: number): number {
    return this.#bytes.readInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4);
  }
}
