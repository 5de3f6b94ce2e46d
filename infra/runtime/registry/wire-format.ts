import { CodedError } from "../../../schemas/errors.ts";

const MAGIC = 0;
/** The header's length: magic byte and schema id. */
export const HEADER = 5;

export function headerOf(id: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(MAGIC, 0);
  header.writeInt32BE(id, 1);
  return header;
}

/** @throws {CodedError} AVRO_INVALID */
export function parseFrame(bytes: Buffer): { readonly id: number; readonly body: Buffer } {
  if (bytes.length < HEADER || bytes[0] !== MAGIC) {
    throw new CodedError("AVRO_INVALID", {
      message: "not in the registry's wire format: no magic byte",
      retryable: false,
      context: { head: bytes.subarray(0, HEADER).toString("hex"), length: bytes.length },
    });
  }
  return { id: bytes.readInt32BE(1), body: bytes.subarray(HEADER) };
}
