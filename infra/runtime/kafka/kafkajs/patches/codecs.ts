import { decompress as unzstd } from "fzstd";
import kafkajs from "kafkajs";
import { decompress as unlz4 } from "lz4js";
import { uncompress as unsnappy } from "snappyjs";
import { CodedError, messageOf } from "../../../../../schemas/errors.ts";

/**
 * kafkajs 2.2.4 reads gzip only, and takes a codec that it does not know for none at all. Other people's producers, and
 * topics with `compression.type`, use the others; we only read them.
 */
export const CODECS: Readonly<Record<string, (bytes: Buffer) => Uint8Array>> = {
  snappy: fromSnappy,
  lz4: unlz4,
  zstd: (bytes) => unzstd(bytes),
};

/** Of a record batch's attributes; 5 to 7 are not assigned yet. */
const UNKNOWN = [5, 6, 7];

export function addCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as unknown as Record<number, () => object>;
  codecs[CompressionTypes.Snappy] = () => codec("snappy");
  codecs[CompressionTypes.LZ4] = () => codec("lz4");
  codecs[CompressionTypes.ZSTD] = () => codec("zstd");
  for (const type of UNKNOWN) {
    codecs[type] = () => {
      throw unreadable(`they are compressed by a codec that is not known here (number ${type})`, {
        codec: type,
      });
    };
  }
}

function codec(name: keyof typeof CODECS & string) {
  return {
    compress(): never {
      throw new Error(`${name} is only read`);
    },
    async decompress(bytes: Buffer): Promise<Buffer> {
      try {
        const { buffer, byteOffset, byteLength } = CODECS[name]?.(bytes) ?? bytes;
        return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
      } catch (error) {
        throw unreadable(`${name} cannot decompress them: ${messageOf(error)}`, { codec: name });
      }
    },
  };
}

function unreadable(reason: string, context: Readonly<Record<string, unknown>>): CodedError {
  return new CodedError("KAFKA_UNREADABLE", {
    message: `records cannot be read: ${reason}`,
    retryable: false,
    context,
  });
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
