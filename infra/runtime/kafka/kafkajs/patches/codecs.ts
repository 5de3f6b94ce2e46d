import kafkajs from "kafkajs";
import { CodedError, messageOf } from "../../../../../schemas/errors.ts";
import { CODECS } from "../../wire/codecs.ts";

/** Of a record batch's attributes; 5 to 7 are not assigned yet. */
const UNKNOWN = [5, 6, 7];

/** kafkajs 2.2.4 reads gzip only, and takes a codec that it does not know for none at all. */
export function addCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as unknown as Record<number, () => object>;
  codecs[CompressionTypes.Snappy] = () => codec("snappy", CompressionTypes.Snappy);
  codecs[CompressionTypes.LZ4] = () => codec("lz4", CompressionTypes.LZ4);
  codecs[CompressionTypes.ZSTD] = () => codec("zstd", CompressionTypes.ZSTD);
  for (const type of UNKNOWN) {
    codecs[type] = () => {
      throw unreadable(`they are compressed by a codec that is not known here (number ${type})`, {
        codec: type,
      });
    };
  }
}

function codec(name: string, type: number) {
  return {
    compress(): never {
      throw new Error(`${name} is only read`);
    },
    async decompress(bytes: Buffer): Promise<Buffer> {
      try {
        return CODECS[type]?.(bytes) ?? bytes;
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
