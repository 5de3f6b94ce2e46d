import avro, { type Schema, type Type } from "avsc";
import { avroType, type SchemaName, schemaJson } from "../../../schemas/avro/schemas.ts";
import { CodedError, messageOf } from "../../../schemas/errors.ts";
import type { AvroCodec, AvroDecoder, RegistryClient } from "./ports.ts";
import { headerOf, parseFrame } from "./wire-format.ts";

/**
 * An encoder for one subject, registering its schema where it is new.
 *
 * @param subject - `<topic>-key` or `<topic>-value`.
 * @throws {CodedError} REGISTRY_INCOMPATIBLE, REGISTRY_UNAVAILABLE
 */
export async function avroCodec<T>(
  client: RegistryClient,
  subject: string,
  schemaName: SchemaName,
): Promise<AvroCodec<T>> {
  const id = await client.register(subject, schemaJson(schemaName));
  const type = avroType(schemaName);
  const header = headerOf(id);
  return {
    id,
    frame: (body) => Buffer.concat([header, body]),
    encode(value) {
      try {
        return Buffer.concat([header, type.toBuffer(value)]);
      } catch (cause) {
        throw invalid(type, value, subject, cause);
      }
    },
  };
}

function invalid(type: Type, value: unknown, subject: string, cause: unknown): CodedError {
  const fields: string[] = [];
  type.isValid(value, { errorHook: (path) => void fields.push(path.join(".")) });
  return new CodedError("AVRO_INVALID", {
    message: `${subject}: ${fields.length > 0 ? `wrong or missing: ${fields.join(", ")}` : messageOf(cause)}`,
    retryable: false,
    context: { subject, fields },
    cause,
  });
}

/** Decodes by the writer's schema. Unions are unwrapped, `bytes` are Buffers, as `schemas/avro/schemas.ts` has them. */
export function avroDecoder(client: RegistryClient): AvroDecoder {
  const types = new Map<number, Type>();
  const compiled = (id: number, schema: Schema): Type => {
    const type = avro.Type.forSchema(schema, { wrapUnions: false });
    types.set(id, type);
    return type;
  };
  return {
    async decode(bytes) {
      const { id, body } = parseFrame(bytes);
      const known = types.get(id);
      const schema = known ?? (await client.schemaById(id));
      try {
        const type = known ?? compiled(id, schema);
        return type.fromBuffer(body);
      } catch (cause) {
        throw new CodedError("AVRO_INVALID", {
          message: `not schema ${id}: ${messageOf(cause)}`,
          retryable: false,
          context: { schemaId: id, length: bytes.length },
          cause,
        });
      }
    },
  };
}
