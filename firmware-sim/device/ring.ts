import type { PendingBoot } from "../../schemas/wire/frame.ts";
import { HEADER_BYTES, type RingStorage, SLOT_BYTES } from "./ring-storage.ts";
import { decodeSlot, encodeSlot } from "./slot.ts";

/** Readings a device keeps for an agent that does not acknowledge. */
export const RING_CAPACITY = 65_536;

const MAGIC = 0x32_52_46_45; // "EFR2"

/** Slots read at once when a ring is opened. */
const RECOVER_SLOTS = 256;

/** What the device has counted in one boot. */
export interface Counters {
  readonly bootId: number;
  /** Readings numbered: stored in the ring. */
  readonly seq: number;
  /** Events that happened, stored or refused. */
  readonly total: number;
}

/** Consecutive entries of one boot: `number − seq` is the same for all of them. */
interface Segment {
  readonly bootId: number;
  /** The oldest not yet acknowledged. */
  first: number;
  last: number;
  /** Ring number of the reading with seq 0 of this boot, were there one. */
  readonly offset: number;
}

/**
 * A device's readings until their ACK, oldest first, across boots and the death of the process.
 *
 * An entry has a ring number that only rises; slot = distance from the tail, wrapped. When the ring runs empty it
 * begins again at slot 0, so a file stays as small as its longest backlog. Order of the writes: the header before
 * the first slot that depends on it, so a kill between any two leaves a ring that recovers exactly.
 */
export class Ring {
  readonly #store: RingStorage;
  readonly #capacity: number;
  readonly #segments: Segment[] = [];
  #bootId = 0;
  #seq = 0;
  #total = 0;
  /** Ring number and slot of the oldest entry kept; number of the next to come. */
  #tail = 1;
  #tailSlot = 0;
  #next = 1;

  constructor(store: RingStorage, capacity: number = RING_CAPACITY) {
    this.#store = store;
    this.#capacity = capacity;
    this.#recover();
  }

  get counters(): Counters {
    return { bootId: this.#bootId, seq: this.#seq, total: this.#total };
  }

  /** Boots whose readings wait, oldest first. */
  get pending(): readonly PendingBoot[] {
    return this.#segments.map(({ bootId, first, last }) => ({ bootId, first, last }));
  }

  /** Readings that wait. */
  get waiting(): number {
    return this.#segments.reduce((sum, s) => sum + s.last - s.first + 1, 0);
  }

  /** Ring number of the oldest entry that waits; `end` when none does. */
  get oldest(): number {
    const head = this.#segments[0];
    return head ? head.offset + head.first : this.#next;
  }

  /** Ring number that the next entry will get. */
  get end(): number {
    return this.#next;
  }

  /** Begin to count a new boot from nothing. What waits stays. */
  beginBoot(bootId: number): void {
    this.#bootId = bootId;
    this.#seq = 0;
    this.#total = 0;
    this.#writeHeader();
  }

  /**
   * An event happened: number and store it, or, when the ring is full, only count it.
   *
   * @param encode - the entry's bytes for its sequence number and total.
   * @returns whether it was stored. Once this returns, it survives the process.
   */
  append(encode: (seq: number, total: number) => Buffer): boolean {
    if (this.#next - this.#tail >= this.#capacity) return this.#refuse();
    const seq = this.#seq + 1;
    const total = this.#total + 1;
    const slot = encodeSlot({
      number: this.#next,
      bootId: this.#bootId,
      seq,
      total,
      entry: encode(seq, total),
    });
    try {
      this.#store.writeSlot(this.#slotOf(this.#next), slot);
    } catch {
      // A chip that cannot take the entry (a full disk behind it) is as good as full.
      return this.#refuse();
    }
    this.#remember(this.#bootId, seq);
    this.#seq = seq;
    this.#total = total;
    return true;
  }

  /** The bytes of the entry with this ring number; undefined when it is not kept (any more). */
  entry(number: number): Buffer | undefined {
    if (!this.locate(number)) return undefined;
    return decodeSlot(this.#store.readSlots(this.#slotOf(number), 1), number)?.entry;
  }

  /** Which reading has this ring number, if it waits. */
  locate(number: number): { readonly bootId: number; readonly seq: number } | undefined {
    for (const s of this.#segments) {
      const seq = number - s.offset;
      if (seq >= s.first && seq <= s.last) return { bootId: s.bootId, seq };
    }
    return undefined;
  }

  /** The ring number of a reading, if it waits. */
  numberOf(bootId: number, seq: number): number | undefined {
    const s = this.#segments.find((segment) => segment.bootId === bootId);
    return s && seq >= s.first && seq <= s.last ? s.offset + seq : undefined;
  }

  /**
   * The agent has all readings of this boot up to `seq` on its disk: forget them.
   *
   * @returns how many were forgotten. An ACK beyond what was numbered frees only what there is.
   */
  acknowledge(bootId: number, seq: number): number {
    const at = this.#segments.findIndex((segment) => segment.bootId === bootId);
    const s = this.#segments[at];
    if (!s || seq < s.first) return 0;
    const freed = Math.min(seq, s.last) - s.first + 1;
    s.first += freed;
    if (s.first > s.last) this.#segments.splice(at, 1);
    this.#moveTail();
    this.#writeHeader();
    return freed;
  }

  close(): void {
    this.#store.close();
  }

  #refuse(): false {
    this.#total += 1;
    this.#writeHeader();
    return false;
  }

  #slotOf(number: number): number {
    return (this.#tailSlot + number - this.#tail) % this.#capacity;
  }

  #remember(bootId: number, seq: number): void {
    const tip = this.#segments.at(-1);
    if (tip && tip.bootId === bootId && tip.last === seq - 1) tip.last = seq;
    else this.#segments.push({ bootId, first: seq, last: seq, offset: this.#next - seq });
    this.#next += 1;
  }

  #moveTail(): void {
    const oldest = this.oldest;
    this.#tailSlot = oldest === this.#next ? 0 : this.#slotOf(oldest);
    this.#tail = oldest;
  }

  #writeHeader(): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt32LE(this.#tailSlot, 4);
    header.writeDoubleLE(this.#tail, 8);
    header.writeDoubleLE(this.#bootId, 16);
    header.writeDoubleLE(this.#seq, 24);
    header.writeDoubleLE(this.#total, 32);
    this.#store.writeHeader(header);
  }

  /** The header as it was written last, then every entry after its tail whose number continues the count. */
  #recover(): void {
    const header = this.#store.readHeader();
    if (!header || header.readUInt32LE(0) !== MAGIC) return;
    this.#tailSlot = header.readUInt32LE(4);
    this.#tail = header.readDoubleLE(8);
    this.#next = this.#tail;
    this.#bootId = header.readDoubleLE(16);
    this.#seq = header.readDoubleLE(24);
    this.#total = header.readDoubleLE(32);
    while (this.#recoverSome()) {
      // Until a slot does not continue the count.
    }
  }

  /** @returns whether all slots of this piece held entries, so that more may follow. */
  #recoverSome(): boolean {
    const first = this.#slotOf(this.#next);
    const room = this.#capacity - (this.#next - this.#tail);
    const count = Math.min(RECOVER_SLOTS, room, this.#capacity - first);
    if (count === 0) return false;
    const bytes = this.#store.readSlots(first, count);
    for (let at = 0; at < bytes.length; at += SLOT_BYTES) {
      const slot = decodeSlot(bytes.subarray(at, at + SLOT_BYTES), this.#next);
      if (!slot) return false;
      this.#remember(slot.bootId, slot.seq);
      if (slot.bootId !== this.#bootId) continue;
      this.#seq = Math.max(this.#seq, slot.seq);
      this.#total = Math.max(this.#total, slot.total);
    }
    return true;
  }
}
