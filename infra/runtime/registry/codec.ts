import avro, { type Type } from "avsc";
import type { SchemaName } from "../../../schemas/avro/names.ts";
import { CodedError, isCoded, messageOf } from "../../../schemas/errors.ts";
import { avroType, schemaJson } from "../avro/contracts.ts";
import { decodeUntrusted } from "../avro/decode.ts";
import { holdsExactly } from "../avro/exact.ts";
import type { Logger } from "../logger.ts";
import type { AvroCodec, AvroDecoder, AvroReader, Read, RegistryClient } from "./ports.ts";
import { HEADER, headerOf, parseFrame } from "./wire-format.ts";

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
  let id = 0;
  let header = headerOf(id);
  const move = (now: number): void => {
    id = now;
    header = headerOf(now);
  };
  move(await client.register(subject, schemaJson(schemaName), move));
  const type = avroType(schemaName);
  return {
    get id() {
      return id;
    },
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

/** @throws where the bytes are no such value. */
type Reader = (body: Buffer) => unknown;

/** @param own - the schema of ours that the record should have been written by. */
function readerOf(writer: Type, own: Type | undefined): Reader {
  if (own && sameAs(own, writer)) return (body) => decodeUntrusted(own, body);
  const resolver = own && resolverOf(own, writer);
  return (body) => {
    if (!holdsExactly(writer, body)) throw new Error(`no ${nameOf(writer)} ends with these bytes`);
    if (own && resolver) return own.fromBuffer(body, resolver) as unknown;
    const value = writer.fromBuffer(body) as unknown;
    // As Avro has it, names differ and nothing fits; but who writes the same fields means the same.
    if (own && !own.isValid(value)) throw new Error(`a ${nameOf(writer)} is no ${nameOf(own)}`);
    return value;
  };
}

function sameAs(one: Type, other: Type): boolean {
  return one.fingerprint("md5").equals(other.fingerprint("md5"));
}

function resolverOf(own: Type, writer: Type): ReturnType<Type["createResolver"]> | undefined {
  try {
    return own.createResolver(writer);
  } catch {
    return undefined;
  }
}

function nameOf(type: Type): string {
  return type.name ?? type.typeName;
}

/**
 * Decodes by the writer's schema, resolved into ours where the caller names one: a field that is newer than the record
 * has its default. Unions are unwrapped, `bytes` are Buffers, as `infra/runtime/avro/contracts.ts` has them.
 *
 * A registry that was set up again does not know the ids of older records, or gives them to other schemas. So where a
 * schema of ours is named, and what the registry says of the id does not fit the record, the record is read by ours,
 * if it is exactly one such value (`holdsExactly`). What this may get wrong: a record that was written by an older
 * version of ours, whose bytes make another sense in today's. No reader could tell. It takes two versions that fill
 * the same bytes, and ours only ever gain fields, which makes old bytes too short; what is neither is refused as before.
 * As long as the registry's answer fits, it is the one that counts.
 *
 * @param logger - is told once per id that ours was taken.
 */
export function avroDecoder(client: RegistryClient, logger?: Logger): AvroDecoder & AvroReader {
  const writers = new Map<number, Type>();
  /** What the registry said to ids that it did not know: not asked again while ours fits. */
  const unknown = new Map<number, CodedError>();
  const readers = new Map<string, Map<number, Reader>>();
  const taken = new Set<string>();

  const fetched = async (id: number, own: SchemaName | undefined): Promise<Reader> => {
    let writer = writers.get(id);
    if (!writer) {
      writer = avro.Type.forSchema(await client.schemaById(id), { wrapUnions: false });
      writers.set(id, writer);
    }
    unknown.delete(id);
    const reader = readerOf(writer, own && avroType(own));
    const byId = readers.get(own ?? "") ?? new Map<number, Reader>();
    readers.set(own ?? "", byId.set(id, reader));
    return reader;
  };
  const byRegistry = async (id: number, body: Buffer, own: SchemaName | undefined): Promise<Read> => {
    const reader = readers.get(own ?? "")?.get(id) ?? (await fetched(id, own));
    try {
      return { value: reader(body), by: "registry" };
    } catch (cause) {
      throw undecodable(`not schema ${id}: ${messageOf(cause)}`, id, body, cause);
    }
  };
  const byOwn = (id: number, body: Buffer, own: SchemaName, problem: CodedError): Read | undefined => {
    const type = avroType(own);
    if (!holdsExactly(type, body)) return undefined;
    const value = type.fromBuffer(body) as unknown;
    if (!taken.has(`${id} ${own}`)) {
      taken.add(`${id} ${own}`);
      logger?.warn(
        { schemaId: id, schema: own },
        `records of schema ${id} are read by our own ${own}, as if the registry had been set up again: ${problem.message}`,
      );
    }
    return { value, by: "own" };
  };

  const read = async (bytes: Buffer, own?: SchemaName): Promise<Read> => {
    const { id, body } = parseFrame(bytes);
    const before = own && unknown.get(id);
    const again = before && byOwn(id, body, own, before);
    if (again) return again;
    try {
      return await byRegistry(id, body, own);
    } catch (error) {
      // A registry that is away says nothing about the record: it must be decoded later.
      if (!own || !isCoded(error, "AVRO_INVALID", "REGISTRY_UNKNOWN_SCHEMA")) throw error;
      if (error.code === "REGISTRY_UNKNOWN_SCHEMA") unknown.set(id, error);
      const value = byOwn(id, body, own, error);
      if (value) return value;
      throw undecodable(`no ${own} of ours, and ${error.message}`, id, body, error);
    }
  };
  return { read, decode: async (bytes, own) => (await read(bytes, own)).value };
}

function undecodable(message: string, schemaId: number, body: Buffer, cause: unknown): CodedError {
  const context = { schemaId, length: HEADER + body.length };
  return new CodedError("AVRO_INVALID", { message, retryable: false, context, cause });
}
