import type { types } from "avsc";
import { type ParsedAvroSchema, parseAvroSchema } from "../../../../runtime/avro/type.ts";
import {
  isJsonArray,
  isJsonObject,
  type Json,
  parseJson,
  writeJson,
} from "../../../../runtime/json/lossless.ts";

/**
 * A schema as `parseAvroSchema` reads it, where names may have any characters and defaults need not fit their fields:
 * `validateNewSchemas=false` lets such schemas in, and those that are there must stay readable.
 *
 * @returns its own JSON, and a type in which such characters are replaced.
 * @throws {CodedError} AVRO_INVALID
 */
export function parseUnchecked(text: string, others: readonly string[]): ParsedAvroSchema {
  try {
    return parseAvroSchema(text, others);
  } catch (error) {
    const json = jsonIn(text);
    if (json === undefined) throw error;
    const tidied = (schema: Json): string => writeJson(tidy(schema));
    const { type } = parseAvroSchema(
      tidied(json),
      others.map((other) => tidied(parseJson(other))),
    );
    return { json, type };
  }
}

function jsonIn(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** An alias for a field that has a default, whatever it is: the default itself is left out. */
const MARK = "__elevated_field_with_a_default";

function tidy(schema: Json): Json {
  if (typeof schema === "string") return tidyName(schema);
  if (isJsonArray(schema)) return schema.map(tidy);
  if (!isJsonObject(schema)) return schema;
  return new Map([...schema].map(([key, value]) => [key, tidyMember(key, value)]));
}

function tidyMember(key: string, value: Json): Json {
  if (key === "type" || key === "items" || key === "values") return tidy(value);
  if (key === "fields" && isJsonArray(value)) return value.map(tidyField);
  return key === "name" || key === "namespace" || key === "aliases" || key === "symbols"
    ? tidyNames(value)
    : value;
}

function tidyField(field: Json): Json {
  if (!isJsonObject(field)) return field;
  const members = [...field].filter(([key]) => key !== "default");
  const aliases = field.get("aliases");
  const marked = new Map(members.map(([key, value]) => [key, tidyMember(key, value)]));
  if (field.has("default"))
    marked.set("aliases", [...(isJsonArray(aliases) ? aliases.map(tidyNames) : []), MARK]);
  return marked;
}

function tidyNames(value: Json): Json {
  if (isJsonArray(value)) return value.map(tidyNames);
  return typeof value === "string" ? tidyName(value) : value;
}

function tidyName(name: string): string {
  return name
    .replace(/[^\w.]/gu, (character) => `_x${character.codePointAt(0)?.toString(16)}_`)
    .replace(/(^|\.)(?=\d)/g, "$1_x");
}

/** Has a field of a compiled schema a default? */
export function hasDefault(field: types.Field): boolean {
  return field.defaultValue() !== undefined || field.aliases.includes(MARK);
}
