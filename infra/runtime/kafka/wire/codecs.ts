import { gunzipSync } from "node:zlib";
import { decompress as unzstd } from "fzstd";
import { decompress as unlz4 } from "lz4js";
import { uncompress as unsnappy } from "snappyjs";

/** What one batch may unpack to, where the library takes a limit. */
const MAX_UNPACKED = 64 * 1024 * 1024;

/**
 * How records are unpacked, by the number in a batch's attributes: gzip, snappy, lz4, zstd. Other people's producers,
 * and topics with `compression.type`, use them; we only read them.
 */
export const CODECS: Readonly<Record<number, (bytes: Buffer) => Buffer>> = {
  1: (bytes) => gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }),
  2: (bytes) => asBuffer(fromSnappy(bytes)),
  3: (bytes) => asBuffer(unlz4(bytes)),
  4: (bytes) => asBuffer(unzstd(bytes)),
};

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Java's producers cut the bytes into blocks behind a header of their own ("xerial"); librdkafka's write one block. */
const XERIAL = Buffer.from("\x82SNAPPY\0", "latin1");
const XERIAL_HEADER = XERIAL.length + 8;

function fromSnappy(bytes: Buffer): Uint8Array {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return unsnappy(bytes);
  const blocks: Uint8Array[] = [];
  for (let at = XERIAL_HEADER; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at);
    blocks.push(unsnappy(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
