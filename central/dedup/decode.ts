import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import { type Decoded, decodeReadingBatch } from "../../schemas/avro/reading-batch.ts";
import { avroType, type SchemaName } from "../../schemas/avro/schemas.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { DedupState } from "../../schemas/records.ts";

/** @throws {CodedError} AVRO_INVALID: not such a value, by whatever schema; REGISTRY_UNAVAILABLE */
export type Decode<T> = (value: Buffer | null) => T | Promise<T>;

/**
 * Raw records: whoever may write to the topic wrote them, so their bytes are not believed.
 *
 * @param ownId - the id of our own schema.
 */
export function batchDecoder(decoder: AvroDecoder, ownId: number): Decode<ReadingBatch> {
  return ownDecoder(decoder, "reading-batch", ownId, decodeReadingBatch);
}

/** dedup's own state: nobody else writes it. */
export function stateDecoder(decoder: AvroDecoder, ownId: number): Decode<DedupState> {
  const type = avroType("dedup-state");
  return ownDecoder(decoder, "dedup-state", ownId, (body) => {
    try {
      return { ok: true, value: type.fromBuffer(body) as DedupState };
    } catch (cause) {
      return { ok: false, error: invalid(`not a dedup-state: ${messageOf(cause)}`, cause) };
    }
  });
}

/**
 * Decodes values that this project writes: by our own schema when the id says so, by the writer's when it is another.
 *
 * An id that the registry does not know, or knows as something else, may be one from before the registry was set up
 * anew: then our own schema decides, which every writer of ours writes by. Only bytes that fit neither are refused.
 */
function ownDecoder<T>(
  decoder: AvroDecoder,
  schema: SchemaName,
  ownId: number,
  decodeOwn: (body: Buffer) => Decoded<T>,
): Decode<T> {
  const type = avroType(schema);
  const byOwnSchema = (body: Buffer): T => {
    const decoded = decodeOwn(body);
    if (decoded.ok) return decoded.value;
    throw decoded.error;
  };
  const byWriter = async (value: Buffer, body: Buffer): Promise<T> => {
    try {
      const decoded = await decoder.decode(value);
      if (type.isValid(decoded)) return decoded as T;
    } catch (error) {
      // A registry that is away says nothing about the record: it must be decoded later.
      if (!isCoded(error, "AVRO_INVALID", "REGISTRY_UNKNOWN_SCHEMA")) throw error;
    }
    return byOwnSchema(body);
  };
  return (value) => {
    if (!value) throw invalid(`no ${schema}: a record without a value`);
    const { id, body } = parseFrame(value);
    return id === ownId ? byOwnSchema(body) : byWriter(value, body);
  };
}

function invalid(message: string, cause?: unknown): CodedError {
  return new CodedError("AVRO_INVALID", { message, retryable: false, cause });
}
