import type { Type } from "avsc";
import { CodedError } from "../errors.ts";

/**
 * Avro single-object encoding (Avro 1.11 specification, "Single-object encoding"): `C3 01`, the schema's CRC-64-AVRO
 * fingerprint in 8 bytes little-endian, the value's binary encoding.
 */
const MARKER = Buffer.from([0xc3, 0x01]);
export const SINGLE_OBJECT_HEADER = 10;

/** CRC-64-AVRO (the specification's Rabin fingerprint) of a schema's parsing canonical form, little-endian. */
export function fingerprintOf(type: Type): Buffer {
  const canonical = Buffer.from(JSON.stringify(type.schema()), "utf8");
  const EMPTY = 0xc15d213aa4d7a795n;
  let fp = EMPTY;
  for (const byte of canonical) {
    let row = (fp ^ BigInt(byte)) & 0xffn;
    for (let i = 0; i < 8; i++) row = (row & 1n) === 1n ? (row >> 1n) ^ EMPTY : row >> 1n;
    fp = (fp >> 8n) ^ row;
  }
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(fp);
  return out;
}

export class SingleObjectCodec<T> {
  readonly #type: Type;
  readonly #header: Buffer;

  constructor(type: Type) {
    this.#type = type;
    this.#header = Buffer.concat([MARKER, fingerprintOf(type)]);
  }

  encode(value: T): Buffer {
    return Buffer.concat([this.#header, this.#type.toBuffer(value)]);
  }

  /**
   * The value's binary encoding without the header, which the gateway forwards unchanged.
   *
   * @throws {CodedError} AVRO_INVALID when the marker or the fingerprint is another's.
   */
  bodyOf(bytes: Buffer): Buffer {
    if (bytes.length < SINGLE_OBJECT_HEADER || this.#header.compare(bytes, 0, SINGLE_OBJECT_HEADER) !== 0) {
      throw new CodedError("AVRO_INVALID", {
        message: "not single-object Avro of this schema: marker or fingerprint differs",
        retryable: false,
        context: { head: bytes.subarray(0, SINGLE_OBJECT_HEADER).toString("hex") },
      });
    }
    return bytes.subarray(SINGLE_OBJECT_HEADER);
  }

  /** @throws {CodedError} AVRO_INVALID */
  decode(bytes: Buffer): T {
    const body = this.bodyOf(bytes);
    try {
      return this.#type.fromBuffer(body) as T;
    } catch (cause) {
      throw new CodedError("AVRO_INVALID", {
        message: `undecodable: ${String(cause)}`,
        retryable: false,
        cause,
      });
    }
  }
}
