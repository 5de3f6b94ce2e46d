import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { HEADER_BYTES, type RingStorage, SLOT_BYTES } from "./ring-storage.ts";

/** Each copy of the header: generation (8), header, CRC-32 (4). */
const COPY_BYTES = 8 + HEADER_BYTES + 4;
const SLOTS_AT = 256;

/**
 * A chip as one sparse file: two copies of the header, written in turn and the newer valid one read, then the slots.
 *
 * Writes go to the page cache by `pwrite` without fsync: a few microseconds, proof against SIGKILL, not against power.
 */
export class FileRingStorage implements RingStorage {
  readonly #fd: number;
  #generation = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    // "a+" would append every write wherever it is aimed; "r+" needs the file to exist.
    closeSync(openSync(path, "a"));
    this.#fd = openSync(path, "r+");
  }

  readHeader(): Buffer | undefined {
    const both = Buffer.alloc(2 * COPY_BYTES);
    readSync(this.#fd, both, 0, both.length, 0);
    let newest: Buffer | undefined;
    this.#generation = 0;
    for (const at of [0, COPY_BYTES]) {
      const copy = both.subarray(at, at + COPY_BYTES);
      const generation = copy.readDoubleLE(0);
      const intact = crc32(copy.subarray(0, COPY_BYTES - 4)) === copy.readUInt32LE(COPY_BYTES - 4);
      if (!intact || !(generation > this.#generation)) continue;
      this.#generation = generation;
      newest = copy.subarray(8, 8 + HEADER_BYTES);
    }
    return newest;
  }

  writeHeader(header: Buffer): void {
    if (header.length !== HEADER_BYTES) throw new RangeError(`a header has ${HEADER_BYTES} bytes`);
    this.#generation += 1;
    const copy = Buffer.alloc(COPY_BYTES);
    copy.writeDoubleLE(this.#generation, 0);
    header.copy(copy, 8);
    copy.writeUInt32LE(crc32(copy.subarray(0, COPY_BYTES - 4)), COPY_BYTES - 4);
    this.#write(copy, (this.#generation % 2) * COPY_BYTES);
  }

  readSlots(first: number, count: number): Buffer {
    const slots = Buffer.alloc(count * SLOT_BYTES);
    readSync(this.#fd, slots, 0, slots.length, SLOTS_AT + first * SLOT_BYTES);
    return slots;
  }

  writeSlot(index: number, slot: Buffer): void {
    if (slot.length !== SLOT_BYTES) throw new RangeError(`a slot has ${SLOT_BYTES} bytes`);
    this.#write(slot, SLOTS_AT + index * SLOT_BYTES);
  }

  erase(): void {
    ftruncateSync(this.#fd, 0);
    this.#generation = 0;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** A short write means a full disk: the caller must not believe it. */
  #write(bytes: Buffer, at: number): void {
    const written = writeSync(this.#fd, bytes, 0, bytes.length, at);
    if (written !== bytes.length) throw new Error(`wrote ${written} of ${bytes.length} bytes`);
  }
}
