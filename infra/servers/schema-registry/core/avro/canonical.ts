import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonNumber,
  writeJson,
} from "../../../../runtime/json/lossless.ts";

/**
 * A schema's identity: the text that Java's `Schema.toString()` gives, which is also what Confluent's registry stores
 * and returns. Blanks, the order of Avro's own attributes and the way a name is qualified do not matter; aliases, docs,
 * defaults and attributes of one's own do, with the order that they are given in.
 *
 * @param schema - JSON that `parseAvroSchema` took.
 */
export function canonicalText(schema: Json): string {
  return writeJson(schemaOf(schema, ""));
}

/** The canonical text, with the author's own attributes and the members of defaults in the order of their names. */
export function normalizedText(schema: Json): string {
  return canonicalText(sortedProperties(schema));
}

/** Attributes of Avro itself are put in order by the canonical text. */
function sortedProperties(schema: Json): Json {
  if (isJsonArray(schema)) return schema.map(sortedProperties);
  if (!isJsonObject(schema)) return schema;
  const entries = [...schema].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([name, value]) => [name, sortedProperties(value)]));
}

type Members = ReadonlyMap<string, Json>;

const RESERVED = new Set([
  ...["type", "name", "namespace", "doc", "aliases"],
  ...["fields", "items", "values", "symbols", "size"],
]);
const RESERVED_IN_ENUM = new Set([...RESERVED, "default"]);
const RESERVED_IN_FIELD = new Set(["name", "type", "doc", "default", "order", "aliases"]);

const PRIMITIVES = new Set(["null", "boolean", "int", "long", "float", "double", "bytes", "string"]);

/** @param space - the namespace around; "" for none. */
function schemaOf(schema: Json, space: string): Json {
  if (typeof schema === "string") return PRIMITIVES.has(schema) ? schema : qualified(schema, space);
  if (isJsonArray(schema)) return schema.map((branch) => schemaOf(branch, space));
  if (!isJsonObject(schema)) return schema;
  const type = schema.get("type") ?? null;
  switch (type) {
    case "record":
    case "error":
    case "enum":
    case "fixed":
      return namedOf(schema, type, space);
    case "array":
      return members([
        ["type", type],
        ["items", schemaOf(schema.get("items") ?? null, space)],
        ...properties(schema, RESERVED),
      ]);
    case "map":
      return members([
        ["type", type],
        ["values", schemaOf(schema.get("values") ?? null, space)],
        ...properties(schema, RESERVED),
      ]);
    default: {
      const own = properties(schema, RESERVED);
      const inner = schemaOf(type, space);
      return own.length > 0 && typeof inner === "string" ? members([["type", inner], ...own]) : inner;
    }
  }
}

function namedOf(schema: Members, type: string, around: string): Json {
  const { name, space } = nameOf(schema, around);
  const head: [string, Json | undefined][] = [
    ["type", type],
    ["name", name],
    ["namespace", space === around ? undefined : space],
    ["doc", schema.get("doc")],
  ];
  const aliases: [string, Json | undefined] = ["aliases", aliasesOf(schema, space)];
  if (type === "enum") {
    return members([
      ...head,
      ["symbols", schema.get("symbols")],
      ["default", schema.get("default")],
      ...properties(schema, RESERVED_IN_ENUM),
      aliases,
    ]);
  }
  if (type === "fixed") {
    return members([...head, ["size", schema.get("size")], ...properties(schema, RESERVED), aliases]);
  }
  const fields = schema.get("fields");
  const inside = isJsonArray(fields) ? fields.map((field) => fieldOf(field, space)) : null;
  return members([...head, ["fields", inside], ...properties(schema, RESERVED), aliases]);
}

function fieldOf(field: Json, space: string): Json {
  if (!isJsonObject(field)) return field;
  const order = field.get("order");
  return members([
    ["name", field.get("name")],
    ["type", schemaOf(field.get("type") ?? null, space)],
    ["doc", field.get("doc")],
    ["default", field.get("default")],
    ["order", order === "ascending" ? undefined : order],
    ["aliases", emptyIsNone(field.get("aliases"))],
    ...properties(field, RESERVED_IN_FIELD),
  ]);
}

function nameOf(schema: Members, around: string): { readonly name: string; readonly space: string } {
  const name = String(schema.get("name"));
  const dot = name.lastIndexOf(".");
  if (dot >= 0) return { name: name.slice(dot + 1), space: name.slice(0, dot) };
  const space = schema.get("namespace");
  return { name, space: typeof space === "string" ? space : around };
}

/** A reference as Java writes it: short inside its own namespace. */
function qualified(name: string, space: string): string {
  const dot = name.lastIndexOf(".");
  return dot >= 0 && name.slice(0, dot) === space ? name.slice(dot + 1) : name;
}

function aliasesOf(schema: Members, space: string): Json | undefined {
  const aliases = emptyIsNone(schema.get("aliases"));
  if (!isJsonArray(aliases)) return aliases;
  return aliases.map((alias) => (typeof alias === "string" ? qualified(alias, space) : alias));
}

function emptyIsNone(list: Json | undefined): Json | undefined {
  return isJsonArray(list) && list.length === 0 ? undefined : list;
}

/** Attributes of the author's own, `logicalType` among them, as they are given. */
function properties(schema: Members, reserved: ReadonlySet<string>): [string, Json][] {
  return [...schema].filter(([name]) => !reserved.has(name));
}

function members(entries: readonly (readonly [string, Json | JsonNumber | undefined])[]): Members {
  return new Map(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}
