import { createHash } from "node:crypto";

/** A JSON schema, or a part of one. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** Of a schema's keywords, those that say what is allowed. */
const KEPT = [
  "type",
  "enum",
  "required",
  "pattern",
  "minimum",
  "maximum",
  "minItems",
  "minLength",
  "maxLength",
];
const LISTS = ["allOf", "anyOf", "oneOf"];
/** A part that stands in several places is written once if it is longer than this, characters. */
const WORTH_SHARING = 60;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const entries = (value: unknown): readonly (readonly [string, Schema])[] =>
  Object.entries((value ?? {}) as Readonly<Record<string, Schema>>);

/**
 * An OpenAPI schema of Kubernetes as a strict JSON schema: without texts, and a field that it does not name is an error,
 * as with `kubectl apply --validate=strict`.
 *
 * @param open - this schema only adds to another one, which names the fields.
 */
export function strictSchema(schema: Schema, open = false): Schema {
  const { properties, items, additionalProperties, not, nullable } = schema;
  if (schema["x-kubernetes-int-or-string"] === true || schema["format"] === "int-or-string")
    return { type: ["integer", "string"] };
  if (typeof schema["$ref"] === "string")
    return { $ref: schema["$ref"].replace("#/components/schemas/", "#/$defs/") };
  const strict: Record<string, unknown> = {};
  for (const keyword of KEPT) if (keyword in schema) strict[keyword] = schema[keyword];
  if (nullable === true && typeof strict["type"] === "string") strict["type"] = [strict["type"], "null"];
  // With one schema in it `allOf` is how OpenAPI gives a reference a default.
  const [only, ...others] = (schema["allOf"] ?? []) as readonly Schema[];
  if (only && others.length === 0 && properties === undefined) return strictSchema(only, open);
  for (const keyword of LISTS) {
    const list = schema[keyword] as readonly Schema[] | undefined;
    if (list) strict[keyword] = list.map((each) => strictSchema(each, true));
  }
  if (isSchema(not)) strict["not"] = strictSchema(not, true);
  if (isSchema(items)) strict["items"] = strictSchema(items);
  if (isSchema(additionalProperties)) strict["additionalProperties"] = strictSchema(additionalProperties);
  if (isSchema(properties)) {
    strict["properties"] = Object.fromEntries(
      entries(properties).map(([name, each]) => [name, strictSchema(each, open)]),
    );
    const free = open || schema["x-kubernetes-preserve-unknown-fields"] === true;
    if (!free && additionalProperties === undefined) strict["additionalProperties"] = false;
  }
  return strict;
}

/** The names of all definitions that these need, themselves included. */
export function needed(
  names: readonly string[],
  definitions: Readonly<Record<string, Schema>>,
): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const [, other = ""] of JSON.stringify(definitions[name] ?? {}).matchAll(/"#\/\$defs\/([^"]+)"/g))
      visit(other);
  };
  for (const name of names) visit(name);
  return [...found].sort();
}

/** Parts that stand in several places become definitions: Strimzi repeats all of a pod's settings for each kind of pod. */
export function shared(schemas: Readonly<Record<string, Schema>>): {
  readonly $defs: Readonly<Record<string, Schema>>;
} {
  const counts = new Map<string, number>();
  const count = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) count(each);
    if (!isSchema(value)) return;
    const text = JSON.stringify(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    // What is inside of a part that stands elsewhere too is written with it.
    if (counts.get(text) === 1) for (const each of Object.values(value)) count(each);
  };
  count(schemas);
  const $defs: Record<string, Schema> = {};
  const nameOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);
  const write = (value: unknown, isPart = true): unknown => {
    if (Array.isArray(value)) return value.map((each) => write(each));
    if (!isSchema(value)) return value;
    const text = JSON.stringify(value);
    const inner = (): Schema =>
      Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, write(each, key !== "properties")]),
      );
    if (!isPart || text.length < WORTH_SHARING || (counts.get(text) ?? 0) < 2) return inner();
    const name = nameOf(text);
    if (!(name in $defs)) {
      $defs[name] = {};
      $defs[name] = inner();
    }
    return { $ref: `#/$defs/${name}` };
  };
  for (const [name, schema] of Object.entries(schemas)) $defs[name] = write(schema, false) as Schema;
  return { $defs: Object.fromEntries(Object.entries($defs).sort(([a], [b]) => (a < b ? -1 : 1))) };
}
