/**
 * The non-volatile memory chip of one device: a small header and numbered slots, as a ring needs them.
 *
 * What a call wrote survives the death of the process once the call has returned. It need not survive a power cut.
 */
export interface RingStorage {
  /** What `writeHeader` wrote last; undefined: an empty chip, or one whose content is not ours. */
  readHeader(): Buffer | undefined;
  /** @param header - exactly `HEADER_BYTES`. */
  writeHeader(header: Buffer): void;
  /** The bytes of consecutive slots; zeros for those never written. Many at once, because a restart reads them all. */
  readSlots(first: number, count: number): Buffer;
  /** @param slot - exactly `SLOT_BYTES`. */
  writeSlot(index: number, slot: Buffer): void;
  /** Erase everything. */
  erase(): void;
  close(): void;
}

export const HEADER_BYTES = 64;
/** See `slot.ts`. */
export const SLOT_BYTES = 164;
