import avro, { type Schema, type Type } from "avsc";
import { avroType, schemaJson } from "../../infra/runtime/avro/contracts.ts";
import { decodeUntrusted } from "../../infra/runtime/avro/decode.ts";
import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import type { SchemaName } from "../../schemas/avro/names.ts";
import { type DecodedBatch, decodeReadingBatch } from "../../schemas/avro/reading-batch.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { DedupState } from "../../schemas/records.ts";

/** @throws {CodedError} AVRO_INVALID: not such a value, by whatever schema; REGISTRY_UNAVAILABLE */
export type Decode<T> = (value: Buffer | null) => T | Promise<T>;

/**
 * Raw records: any writer of the topic wrote them, so their bytes are not believed.
 *
 * @param ownId - the id of our own schema.
 */
export function batchDecoder(decoder: AvroDecoder, ownId: number): Decode<ReadingBatch> {
  return ownFirst(decoder, "reading-batch", ownId, decodeReadingBatch);
}

/**
 * dedup's own state: no other program should write it, but one that may write the topic can.
 *
 * A home outlives its version: a registry that was set up again does not know the schemas of before, so records that are
 * of none it knows are read by those here. A later version has fields at the end that an earlier one has not, so no
 * record is both.
 */
export function stateDecoder(decoder: AvroDecoder, ownId: number): Decode<DedupState> {
  const type = avroType("dedup-state");
  const newest = ownFirst(decoder, "dedup-state", ownId, (body) => {
    try {
      return { ok: true, value: decodeUntrusted(type, body) as DedupState };
    } catch (cause) {
      return { ok: false, error: invalid(`not a dedup-state: ${messageOf(cause)}`, cause) };
    }
  });
  const before = withoutFields("dedup-state", ["page", "next_page", "older"]);
  return async (value) => {
    try {
      return await newest(value);
    } catch (error) {
      if (!value || !isCoded(error, "AVRO_INVALID")) throw error;
      try {
        return decodeUntrusted(before, parseFrame(value).body) as DedupState;
      } catch {
        throw error;
      }
    }
  };
}

/** A schema of ours as it was before it had these fields. */
function withoutFields(name: SchemaName, later: readonly string[]): Type {
  const schema = schemaJson(name) as { readonly fields: readonly { readonly name: string }[] };
  const fields = schema.fields.filter((field) => !later.includes(field.name));
  return avro.Type.forSchema({ ...schema, fields } as Schema, { wrapUnions: false });
}

/** By our own schema when the id says so, which needs no registry; else as the registry knows it, or ours if it does not. */
function ownFirst<T>(
  decoder: AvroDecoder,
  schema: SchemaName,
  ownId: number,
  decodeOwn: (body: Buffer) => DecodedBatch<T>,
): Decode<T> {
  return (value) => {
    if (!value) throw invalid(`no ${schema}: a record without a value`);
    const { id, body } = parseFrame(value);
    if (id !== ownId) return decoder.decode(value, schema) as Promise<T>;
    const decoded = decodeOwn(body);
    if (decoded.ok) return decoded.value;
    throw decoded.error;
  };
}

function invalid(message: string, cause?: unknown): CodedError {
  return new CodedError("AVRO_INVALID", { message, retryable: false, cause });
}
