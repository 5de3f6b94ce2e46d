const FIRST = 16 * 1024;

/** A buffer that grows as it is written, with the primitives of Kafka's protocol (big-endian, zigzag varints). */
export class GrowingBuffer {
  #bytes = Buffer.allocUnsafe(FIRST);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** What was written, without a copy. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Room for `size` more bytes: the methods below write without looking, for speed. */
  reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  int8(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  int16(value: number): void {
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  int64(value: bigint): void {
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  /** Overwrite what was written at `at`. */
  int32At(value: number, at: number): void {
    this.#bytes.writeInt32BE(value, at);
  }

  uint32At(value: number, at: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  /** NULLABLE_STRING: reserves for itself. */
  nullableString(text: string | null): void {
    if (text === null) {
      this.reserve(2);
      this.int16(-1);
      return;
    }
    const length = Buffer.byteLength(text);
    this.reserve(2 + length);
    this.int16(length);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
  }

  /** A signed varint of 32 bits. */
  varint(value: number): void {
    const bytes = this.#bytes;
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[this.#at++] = rest;
  }

  /** A signed varint of 64 bits; `value` is a safe integer. */
  varlong(value: number): void {
    if (value === value >> 0) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 127n) | 128;
    this.#bytes[this.#at++] = Number(rest);
  }

  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** @param size - the text's length in UTF-8. */
  text(text: string, size: number): void {
    // Of ASCII alone the two are the same bytes, and this way is the faster one.
    this.#at += this.#bytes.write(text, this.#at, size, size === text.length ? "latin1" : "utf8");
  }
}

/** Bytes that `varint` writes. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  return zigzag === 0 ? 1 : Math.ceil((32 - Math.clz32(zigzag)) / 7);
}

/** Bytes that `varlong` writes. */
export function sizeOfVarlong(value: number): number {
  if (value === value >> 0) return sizeOfVarint(value);
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  let size = 1;
  for (; rest > 127n; rest >>= 7n) size++;
  return size;
}
