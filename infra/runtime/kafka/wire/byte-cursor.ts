/** Reads the primitives of Kafka's protocol (big-endian, varints) from bytes. */
export class ByteCursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.at++);
  }

  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  /** An int64 that is within ±2^53: an offset, a producer id, a time. */
  int64(): number {
    const high = this.int32();
    this.at += 4;
    return high * 0x1_0000_0000 + this.bytes.readUInt32BE(this.at - 4);
  }

  /** UNSIGNED_VARINT. @throws RangeError beyond five bytes, or the end. */
  uvarint(): number {
    let value = 0;
    for (let scale = 1, i = 0; i < 5; i++, scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a varint of more than five bytes");
  }

  /** VARINT: zigzag, 32 bits. */
  varint(): number {
    const value = this.uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** VARLONG: zigzag, within ±2^53. */
  varlong(): number {
    let byte = this.#byte();
    const sign = byte & 1;
    let magnitude = (byte & 0x7f) >> 1;
    for (let scale = 64, i = 1; byte >= 0x80; i++, scale *= 128) {
      if (i === 10) throw new RangeError("a varlong of more than ten bytes");
      byte = this.#byte();
      magnitude += (byte & 0x7f) * scale;
    }
    return sign === 0 ? magnitude : -magnitude - 1;
  }

  /** @throws RangeError beyond the end. */
  take(length: number): Buffer {
    const start = this.skip(length);
    return this.bytes.subarray(start, this.at);
  }

  /** @returns where the skipped bytes begin. @throws RangeError beyond the end. */
  skip(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.remaining) throw new RangeError(`${length} bytes of ${this.remaining}`);
    this.at += length;
    return start;
  }

  /** COMPACT_ARRAY of structures with tagged fields at their ends. */
  structures(read: () => void): void {
    for (let n = this.uvarint() - 1; n > 0; n--) {
      read();
      this.tags();
    }
  }

  /** Tagged fields, none of which is known here. */
  tags(): void {
    for (let n = this.uvarint(); n > 0; n--) {
      this.uvarint();
      this.take(this.uvarint());
    }
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError("the end");
    return byte;
  }
}
