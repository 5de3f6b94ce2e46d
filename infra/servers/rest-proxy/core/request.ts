import {
  isJsonArray,
  isJsonObject,
  type Json,
  JsonNumber,
  parseJson,
} from "../../../runtime/json/lossless.ts";
import { refusal } from "./refusal.ts";

/** One side's schema as the client names it: by text, by the registry's id, or not at all. */
export interface SchemaChoice {
  readonly text?: string;
  readonly id?: number;
}

export interface ProduceRecord {
  /** Absent and null mean the same: a null key, a tombstone. */
  readonly key: Json;
  readonly value: Json;
  readonly partition?: number;
}

/** `POST /topics/{t}`: one shape for all embedded formats; schemas are passed over where the format has none. */
export interface ProduceRequest {
  readonly records: readonly ProduceRecord[];
  readonly keySchema: SchemaChoice;
  readonly valueSchema: SchemaChoice;
}

const FIELDS = ["records", "key_schema", "key_schema_id", "value_schema", "value_schema_id"];
const RECORD_FIELDS = ["key", "value", "partition"];
const MAX_INT = 2 ** 31 - 1;

/**
 * @throws {RestError} 400 for what is not JSON or has another shape; 422 for an empty body, unknown fields and a
 * request without records.
 */
export function parseProduceRequest(text: string): ProduceRequest {
  if (text.trim() === "") throw refusal.unprocessable("The request body is empty");
  const body = parsed(text);
  if (body === null) throw refusal.unprocessable("The request body is null");
  if (!isJsonObject(body)) throw refusal.badRequest("the body is no JSON object");
  refuseUnknown(body, FIELDS);
  const records = body.get("records") ?? null;
  if (records !== null && !isJsonArray(records)) throw refusal.badRequest("records is no array");
  if (records === null || records.length === 0) throw refusal.unprocessable("records must not be empty");
  return {
    records: records.map(recordOf),
    keySchema: schemaChoice(body, "key_schema"),
    valueSchema: schemaChoice(body, "value_schema"),
  };
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw refusal.badRequest(`the body is not JSON: ${(error as Error).message}`);
  }
}

function recordOf(record: Json, i: number): ProduceRecord {
  if (!isJsonObject(record)) throw refusal.badRequest(`records[${i}] is no JSON object`);
  refuseUnknown(record, RECORD_FIELDS);
  const partition = intOf(record.get("partition"), `records[${i}].partition`);
  if (partition !== undefined && partition < 0) {
    throw refusal.unprocessable(`records[${i}].partition must be greater than or equal to 0`);
  }
  return {
    key: record.get("key") ?? null,
    value: record.get("value") ?? null,
    ...(partition === undefined ? {} : { partition }),
  };
}

function schemaChoice(body: ReadonlyMap<string, Json>, field: string): SchemaChoice {
  const text = body.get(field) ?? undefined;
  const id = intOf(body.get(`${field}_id`), `${field}_id`);
  if (text !== undefined && typeof text !== "string") {
    throw refusal.badRequest(`${field} is no text: send the schema's JSON as a string`);
  }
  return { ...(text === undefined ? {} : { text }), ...(id === undefined ? {} : { id }) };
}

/** A whole number, also written as text or with a fraction, which is cut off: as Jackson reads an `Integer`. */
function intOf(value: Json | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number =
    value instanceof JsonNumber
      ? Math.trunc(Number(value.text))
      : typeof value === "string" && /^\s*-?\d+\s*$/.test(value)
        ? Number(value)
        : Number.NaN;
  if (!(Math.abs(number) <= MAX_INT)) throw refusal.badRequest(`${name} is no whole number`);
  return number;
}

function refuseUnknown(object: ReadonlyMap<string, Json>, known: readonly string[]): void {
  for (const name of object.keys()) {
    if (!known.includes(name)) throw refusal.unprocessable(`Unrecognized field: ${name}`);
  }
}

/** The partition in `/topics/{t}/partitions/{p}`. @throws {RestError} 404/404 for what is no number. */
export function partitionInPath(text: string): number | undefined {
  return /^-?\d+$/.test(text) && Math.abs(Number(text)) <= MAX_INT ? Number(text) : undefined;
}
