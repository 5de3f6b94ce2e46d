import { SLOT_BYTES } from "./ring-storage.ts";

/** One entry of the ring as its memory holds it. */
export interface Slot {
  /** Ring number: rises by one per entry, for ever. */
  readonly number: number;
  readonly bootId: number;
  readonly seq: number;
  readonly total: number;
  /** The READING frame as it goes over the line; the longest has 123 bytes. */
  readonly entry: Buffer;
}

const ENTRY_AT = 33;
/** The ring number again: a slot whose write was cut between two pages has another one here. */
const TRAILER_AT = SLOT_BYTES - 8;

/** Longest entry that fits. */
export const ENTRY_BYTES = TRAILER_AT - ENTRY_AT;

export function encodeSlot({ number, bootId, seq, total, entry }: Slot): Buffer {
  if (entry.length > ENTRY_BYTES) throw new RangeError(`an entry has at most ${ENTRY_BYTES} bytes`);
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeDoubleLE(number, 0);
  bytes.writeDoubleLE(bootId, 8);
  bytes.writeDoubleLE(seq, 16);
  bytes.writeDoubleLE(total, 24);
  bytes.writeUInt8(entry.length, 32);
  entry.copy(bytes, ENTRY_AT);
  bytes.writeDoubleLE(number, TRAILER_AT);
  return bytes;
}

/** @returns undefined when the slot does not hold the entry of this number, whole. */
export function decodeSlot(bytes: Buffer, number: number): Slot | undefined {
  if (bytes.readDoubleLE(0) !== number || bytes.readDoubleLE(TRAILER_AT) !== number) return undefined;
  return {
    number,
    bootId: bytes.readDoubleLE(8),
    seq: bytes.readDoubleLE(16),
    total: bytes.readDoubleLE(24),
    entry: bytes.subarray(ENTRY_AT, ENTRY_AT + bytes.readUInt8(32)),
  };
}
