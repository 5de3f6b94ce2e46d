import { HEADER_BYTES, type RingStorage, SLOT_BYTES } from "../ring-storage.ts";

/** A chip in this process's memory, for tests: it survives a reboot of the device, not of the process. */
export class MemoryRingStorage implements RingStorage {
  #header: Buffer | undefined;
  readonly #slots = new Map<number, Buffer>();

  readHeader(): Buffer | undefined {
    return this.#header && Buffer.from(this.#header);
  }

  writeHeader(header: Buffer): void {
    if (header.length !== HEADER_BYTES) throw new RangeError(`a header has ${HEADER_BYTES} bytes`);
    this.#header = Buffer.from(header);
  }

  readSlots(first: number, count: number): Buffer {
    const slots = Array.from(
      { length: count },
      (_, i) => this.#slots.get(first + i) ?? Buffer.alloc(SLOT_BYTES),
    );
    return Buffer.concat(slots);
  }

  writeSlot(index: number, slot: Buffer): void {
    if (slot.length !== SLOT_BYTES) throw new RangeError(`a slot has ${SLOT_BYTES} bytes`);
    this.#slots.set(index, Buffer.from(slot));
  }

  erase(): void {
    this.#header = undefined;
    this.#slots.clear();
  }

  close(): void {}
}
