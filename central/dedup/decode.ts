import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import { avroType, type SchemaName } from "../../schemas/avro/schemas.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";

/** @throws {CodedError} AVRO_INVALID: not such a value, by whatever schema; REGISTRY_UNAVAILABLE */
export type Decode<T> = (value: Buffer | null) => T | Promise<T>;

/**
 * Decodes values that only this project writes: by our own schema when the id says so, by the writer's when it is
 * another.
 *
 * An id that the registry does not know, or knows as something else, may be one from before the registry was set up
 * anew: then our own schema decides, which every writer of ours writes by. Only bytes that fit neither are refused.
 *
 * @param ownId - the id of our own schema.
 */
export function ownDecoder<T>(decoder: AvroDecoder, schema: SchemaName, ownId: number): Decode<T> {
  const type = avroType(schema);
  const byOwnSchema = (body: Buffer): T => {
    try {
      return type.fromBuffer(body) as T;
    } catch (cause) {
      throw invalid(`not a ${schema}: ${messageOf(cause)}`, cause);
    }
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
