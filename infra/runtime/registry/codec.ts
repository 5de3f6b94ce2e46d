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

type Reader = (body: Buffer) => unknown;

function sameAs(one: Type, other: Type): boolean {
  return one.fingerprint("md5").equals(other.fingerprint("md5"));
}

function plain(writer: Type): Reader {
  return (body) => writer.fromBuffer(body) as unknown;
}

function resolving(reader: Type, writer: Type): Reader {
  const resolver = reader.createResolver(writer);
  return (body) => reader.fromBuffer(body, resolver) as unknown;
}

/**
 * Decodes by the writer's schema. Unions are unwrapped, `bytes` are Buffers, as `schemas/avro/schemas.ts` has them.
 *
 * @param into - schemas of ours to read records of their names as: a field that is newer than the record has its
 * default, as Avro resolves schemas.
 */
export function avroDecoder(client: RegistryClient, into: readonly SchemaName[] = []): AvroDecoder {
  const readers = new Map<number, Reader>();
  const wanted = new Map(into.map((name) => [avroType(name).name, avroType(name)]));
  const compiled = (id: number, schema: Schema): Reader => {
    const writer = avro.Type.forSchema(schema, { wrapUnions: false });
    const ours = wanted.get(writer.name);
    const reader = ours && !sameAs(ours, writer) ? resolving(ours, writer) : plain(writer);
    readers.set(id, reader);
    return reader;
  };
  return {
    async decode(bytes) {
      const { id, body } = parseFrame(bytes);
      const known = readers.get(id);
      const schema = known ? undefined : await client.schemaById(id);
      try {
        const read = schema === undefined ? known : compiled(id, schema);
        return read?.(body);
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
