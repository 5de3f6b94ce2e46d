import { isCoded } from "../../../../schemas/errors.ts";
import { parseAvroSchema } from "../../../runtime/avro/type.ts";
import type { Json } from "../../../runtime/json/lossless.ts";
import { headerOf } from "../../../runtime/registry/wire-format.ts";
import type { Schemas } from "../ports.ts";
import { AvroJsonError, allowsNull, encodeAvroJson } from "./avro-json.ts";
import { type Convert, jsonBytes } from "./embedded.ts";
import { jsonSchemaCheck } from "./json-schema.ts";
import { refusal } from "./refusal.ts";
import type { SchemaChoice } from "./request.ts";

/** How one side (keys or values) of a request is converted, and the id that the answer names for it. */
export interface Side {
  readonly id: number | null;
  readonly convert: Convert;
}

export type SideName = "key" | "value";

/** Keys or values that need no schema. */
export function plainSide(convert: Convert): Side {
  return { id: null, convert };
}

/**
 * Avro keys or values: `00`, the schema's id in 4 bytes, Avro's binary encoding.
 *
 * A null part without a schema, or under one that allows null, is a null part of the record and not Avro's null.
 *
 * @throws {RestError} 42201, 42202 no schema; 42205 not a schema; 42207 the registry refuses, knows nothing of it or
 * is down.
 */
export async function avroSide(
  schemas: Schemas,
  topic: string,
  side: SideName,
  choice: SchemaChoice,
  parts: readonly Json[],
): Promise<Side> {
  if (choice.id === undefined && choice.text === undefined) {
    if (parts.some((part) => part !== null)) {
      throw side === "key" ? refusal.keySchemaMissing() : refusal.valueSchemaMissing();
    }
    return plainSide(() => null);
  }
  const { id, text } = await identified(schemas, `${topic}-${side}`, choice, async (given) => {
    parsed(given);
    return schemas.idOf(`${topic}-${side}`, given);
  });
  const { type } = parsed(text);
  const header = headerOf(id);
  const nullable = allowsNull(type);
  return {
    id,
    convert: (part) =>
      part === null && nullable ? null : Buffer.concat([header, fitting(() => encodeAvroJson(type, part))]),
  };
}

/**
 * Keys or values by a JSON Schema: `00`, the schema's id in 4 bytes, JSON. A null part is a null part of the record.
 *
 * @throws {RestError} as `avroSide`; 400 for what does not fit the schema.
 */
export async function jsonSchemaSide(
  schemas: Schemas,
  topic: string,
  side: SideName,
  choice: SchemaChoice,
  parts: readonly Json[],
): Promise<Side> {
  if (choice.id === undefined && choice.text === undefined)
    return avroSide(schemas, topic, side, choice, parts);
  const subject = `${topic}-${side}`;
  const { id, text } = await identified(schemas, subject, choice, (given) => {
    compiled(given);
    return schemas.idOf(subject, given, "JSON");
  });
  const problemOf = compiled(text);
  const header = headerOf(id);
  return {
    id,
    convert: (part) => {
      const bytes = jsonBytes(part);
      if (bytes === null) return null;
      const problem = problemOf(part);
      if (problem !== undefined) throw refusal.badRequest(`the datum does not fit its schema: ${problem}`);
      return Buffer.concat([header, bytes]);
    },
  };
}

function compiled(text: string): (part: Json) => string | undefined {
  try {
    return jsonSchemaCheck(text);
  } catch (error) {
    throw refusal.invalidSchema((error as Error).message);
  }
}

async function identified(
  schemas: Schemas,
  subject: string,
  choice: SchemaChoice,
  idOf: (text: string) => Promise<number>,
): Promise<{ readonly id: number; readonly text: string }> {
  try {
    if (choice.id !== undefined) return { id: choice.id, text: await schemas.textOf(subject, choice.id) };
    const text = choice.text ?? "";
    return { id: await idOf(text), text };
  } catch (error) {
    if (isCoded(error)) throw refusal.registryFailed(error.message);
    throw error;
  }
}

function parsed(text: string): ReturnType<typeof parseAvroSchema> {
  try {
    return parseAvroSchema(text);
  } catch (error) {
    throw refusal.invalidSchema((error as Error).message);
  }
}

function fitting(encode: () => Buffer): Buffer {
  try {
    return encode();
  } catch (error) {
    if (error instanceof AvroJsonError)
      throw refusal.badRequest(`the datum does not fit its schema: ${error.message}`);
    throw error;
  }
}
