import { isJsonArray, isJsonObject, type Json } from "../../../../runtime/json/lossless.ts";
import { type JsonPath, type SchemaEntity, type SchemaTags, tagsOf } from "../tags.ts";

interface Place {
  readonly entity: SchemaEntity;
  readonly path: JsonPath;
  readonly json: Json;
}

/** Where an entity stands: `object`, `object.field`, `object.field.object.inner`, `object.list.array.object.inner`. */
export function findInJsonSchema(schema: Json, wanted: SchemaEntity): JsonPath | undefined {
  for (const { entity, path } of placesIn(schema)) {
    if (entity.entityPath === wanted.entityPath && entity.entityType === wanted.entityType) return path;
  }
  return undefined;
}

/** All tags of a JSON Schema's objects and properties. */
export function tagsInJsonSchema(schema: Json): readonly SchemaTags[] {
  return [...placesIn(schema)].flatMap(({ entity, json }) => {
    const tags = tagsOf(json);
    return tags.length === 0 ? [] : [{ schemaEntity: entity, tags }];
  });
}

function* placesIn(schema: Json, path: JsonPath = [], around = ""): Generator<Place> {
  if (!isJsonObject(schema)) return;
  const items = schema.get("items");
  if (isJsonObject(items)) yield* placesIn(items, [...path, "items"], `${around}array.`);
  const name = `${around}object`;
  if (isOfType(schema, "object"))
    yield { entity: { entityPath: name, entityType: "sr_record" }, path, json: schema };
  for (const member of ["properties", "definitions", "$defs"]) {
    const inner = schema.get(member);
    if (!isJsonObject(inner)) continue;
    const prefix = member === "properties" ? `${name}.` : `${name}.${member}.`;
    for (const [key, json] of inner) {
      const at = [...path, member, key];
      yield { entity: { entityPath: `${prefix}${key}`, entityType: "sr_field" }, path: at, json };
      yield* placesIn(json, at, `${prefix}${key}.`);
    }
  }
}

function isOfType(schema: ReadonlyMap<string, Json>, name: string): boolean {
  const type = schema.get("type");
  return type === name || schema.has("properties") || (isJsonArray(type) && type.includes(name));
}
