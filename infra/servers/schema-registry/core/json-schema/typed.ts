import { isJsonArray, isJsonObject, JsonNumber } from "../../../../runtime/json/lossless.ts";
import {
  countAt,
  flagAt,
  listAt,
  membersAt,
  namesAt,
  namesOf,
  numberAt,
  type SchemaObject,
  type SchemaPlace,
  schemaAt,
  textAt,
} from "./keywords.ts";
import type { ArrayNode, Node, NumberNode, ObjectNode, StringNode } from "./node.ts";

export type TypeName = "string" | "number" | "integer" | "boolean" | "null" | "object" | "array";

/** The keywords that say something of one type only. */
export const KEYWORDS_OF: Readonly<
  Record<"string" | "number" | "object" | "array" | TypeName, readonly string[]>
> = {
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  integer: [],
  boolean: [],
  null: [],
  object: [
    ...["properties", "required", "minProperties", "maxProperties", "dependencies", "dependentRequired"],
    ...["dependentSchemas", "patternProperties", "additionalProperties", "propertyNames"],
    "unevaluatedProperties",
  ],
  array: [
    ...["items", "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems"],
    ...["uniqueItems", "contains", "minContains", "maxContains"],
  ],
};

type Inner = (place: SchemaPlace) => Node;

/** What a schema says of the values of one type. @throws {Error} */
export function readTyped(object: SchemaObject, type: TypeName, modern: boolean, inner: Inner): Node {
  switch (type) {
    case "string":
      return stringOf(object);
    case "number":
    case "integer":
      return numberOf(object, type === "integer");
    case "object":
      return objectOf(object, modern, inner);
    case "array":
      return arrayOf(object, modern, inner);
    default:
      return { kind: type };
  }
}

function stringOf(object: SchemaObject): StringNode {
  return {
    kind: "string",
    minLength: countAt(object, "minLength"),
    maxLength: countAt(object, "maxLength"),
    pattern: textAt(object, "pattern"),
  };
}

function numberOf(object: SchemaObject, integer: boolean): NumberNode {
  const { members } = object;
  const multiple = members.get("multipleOf");
  if (multiple !== undefined && !(multiple instanceof JsonNumber))
    throw new Error(`multipleOf at ${object.path} is no number`);
  // Draft 4 says by true or false whether the limit itself is out.
  const out = (name: string): boolean => typeof members.get(name) === "boolean";
  const [low, high] = [numberAt(object, "minimum"), numberAt(object, "maximum")];
  const [lowOut, highOut] = [
    members.get("exclusiveMinimum") === true,
    members.get("exclusiveMaximum") === true,
  ];
  return {
    kind: "number",
    integer,
    minimum: lowOut ? undefined : low,
    maximum: highOut ? undefined : high,
    exclusiveMinimum: out("exclusiveMinimum")
      ? lowOut
        ? low
        : undefined
      : numberAt(object, "exclusiveMinimum"),
    exclusiveMaximum: out("exclusiveMaximum")
      ? highOut
        ? high
        : undefined
      : numberAt(object, "exclusiveMaximum"),
    multipleOf: multiple?.text,
  };
}

function objectOf(object: SchemaObject, modern: boolean, inner: Inner): ObjectNode {
  const wants = new Map<string, ReadonlySet<string>>();
  const follows = new Map<string, Node>();
  for (const name of ["dependencies", "dependentRequired", "dependentSchemas"]) {
    for (const [property, place] of membersAt(object, name)) {
      if (isJsonArray(place.json)) wants.set(property, new Set(namesOf(place.json, place.path)));
      else follows.set(property, inner(place));
    }
  }
  const additional = schemaAt(object, "additionalProperties");
  const unevaluated = modern ? schemaAt(object, "unevaluatedProperties") : undefined;
  return {
    kind: "object",
    properties: new Map(membersAt(object, "properties").map(([name, place]) => [name, inner(place)])),
    required: namesAt(object, "required"),
    patterns: membersAt(object, "patternProperties").map(([pattern, place]) => [pattern, inner(place)]),
    additional: additional && notAny(inner(additional)),
    unevaluated: unevaluated && inner(unevaluated),
    minProperties: countAt(object, "minProperties"),
    maxProperties: countAt(object, "maxProperties"),
    wants,
    follows,
  };
}

function arrayOf(object: SchemaObject, modern: boolean, inner: Inner): ArrayNode {
  const items = object.members.get("items");
  const prefixed = modern && object.members.has("prefixItems");
  const listed = isJsonArray(items);
  const places = listed ? listAt(object, "items") : prefixed ? listAt(object, "prefixItems") : [];
  const rest = schemaAt(object, prefixed && !listed ? "items" : "additionalItems");
  const every = listed || prefixed ? undefined : schemaAt(object, "items");
  const unevaluated = modern ? schemaAt(object, "unevaluatedItems") : undefined;
  const contains = schemaAt(object, "contains");
  if (contains) inner(contains);
  if (every && !isJsonObject(every.json) && typeof every.json !== "boolean")
    throw new Error(`items at ${object.path} is no schema`);
  return {
    kind: "array",
    every: every && inner(every),
    places: places.map(inner),
    additional: rest && notAny(inner(rest)),
    unevaluated: unevaluated && inner(unevaluated),
    minItems: countAt(object, "minItems"),
    maxItems: countAt(object, "maxItems"),
    minContains: countAt(object, "minContains"),
    maxContains: countAt(object, "maxContains"),
    unique: flagAt(object, "uniqueItems"),
  };
}

/** `true` and a schema that says nothing: as if it were not there. */
function notAny(node: Node): Node | undefined {
  return node.kind === "any" && node.text === undefined ? undefined : node;
}
