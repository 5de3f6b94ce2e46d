import { CodedError } from "../errors.ts";
import { MAX_COUNT } from "../readings.ts";

const ITEMS_WITHOUT_BYTES = 1000;

/**
 * Reads Avro's binary encoding from untrusted bytes in time linear in their number.
 *
 * avsc believes an array's count before it looks at what is there: five bytes that claim 2^24 items keep it busy for a
 * third of a second, and longer counts for ever. Here all counts together are held against the bytes that there are.
 */
export class AvroCursor {
  readonly #bytes: Buffer;
  #at: number;
  /** How many items of arrays may still come: no more than bytes, but for a few that take none, such as nulls. */
  #items: number;

  /** @param at - where to begin. */
  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
    this.#items = bytes.length + ITEMS_WITHOUT_BYTES;
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** A zigzag varint within ±2^53: what JavaScript holds exactly. */
  long(): number {
    const first = this.#byte();
    const sign = first & 1;
    // The sign is apart from the start: magnitude and sign together would need 54 bits.
    let magnitude = (first & 0x7f) >> 1;
    let scale = 64;
    for (let byte = first, i = 1; byte >= 0x80; i++) {
      if (i === 10) throw this.#fault("a number of more than ten bytes");
      byte = this.#byte();
      magnitude += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
    if (magnitude > MAX_COUNT) throw this.#fault("a number beyond 2^53");
    return sign === 0 ? magnitude : -magnitude - 1;
  }

  /** Step over a zigzag varint of up to 64 bits. */
  skipLong(): void {
    for (let i = 1; this.#byte() >= 0x80; i++)
      if (i === 10) throw this.#fault("a number of more than ten bytes");
  }

  int(): number {
    const value = this.long();
    if (value !== (value | 0)) throw this.#fault("an int beyond 2^31");
    return value;
  }

  boolean(): boolean {
    const value = this.#byte();
    if (value > 1) throw this.#fault(`a boolean of ${value}`);
    return value === 1;
  }

  /** The index of an enum's symbol or a union's branch. */
  index(count: number): number {
    const value = this.long();
    if (value < 0 || value >= count) throw this.#fault(`index ${value} of ${count}`);
    return value;
  }

  string(): string {
    const start = this.skipString();
    return this.#bytes.toString("utf8", start, this.#at);
  }

  /** @returns where the string's bytes begin. */
  skipString(): number {
    return this.skip(this.long());
  }

  /** @returns where the skipped bytes begin. */
  skip(length: number): number {
    if (length < 0 || length > this.remaining) throw this.#fault(`${length} bytes`);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  /** Calls `item` for each item; returns how many there were. All arrays together have about as many as there are bytes. */
  array(item: (index: number) => void): number {
    let total = 0;
    for (;;) {
      let count = this.long();
      if (count === 0) return total;
      if (count < 0) {
        count = -count;
        this.long();
      }
      if (count > this.#items) throw this.#fault(`an array of ${count} items`);
      this.#items -= count;
      for (let i = 0; i < count; i++) item(total++);
    }
  }

  /** @throws {CodedError} AVRO_INVALID unless everything was read. */
  end(): void {
    if (this.remaining > 0) throw this.#fault("bytes behind the value");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#fault("the end");
    this.#at++;
    return byte;
  }

  #fault(what: string): CodedError {
    return new CodedError("AVRO_INVALID", {
      message: `undecodable: ${what} at byte ${this.#at} of ${this.#bytes.length}`,
      retryable: false,
      context: { at: this.#at, length: this.#bytes.length },
    });
  }
}
