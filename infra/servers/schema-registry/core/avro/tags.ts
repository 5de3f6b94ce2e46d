import { isJsonArray, isJsonObject, type Json } from "../../../../runtime/json/lossless.ts";
import { type JsonPath, type SchemaEntity, type SchemaTags, tagsOf } from "../tags.ts";

/** A record or field of an Avro schema, with its full name. */
interface Place {
  readonly entity: SchemaEntity;
  readonly path: JsonPath;
  readonly json: Json;
}

/** Where an entity stands: `Record`, `space.Record` or `space.Record.field`; the outermost that fits. */
export function findInAvro(schema: Json, { entityPath, entityType }: SchemaEntity): JsonPath | undefined {
  const found = [...placesIn(schema)].filter(({ entity }) => {
    if (entity.entityType !== entityType) return false;
    return entity.entityPath === entityPath || entity.entityPath.endsWith(`.${entityPath}`);
  });
  return found.find(({ entity }) => isWhole(entity, entityPath))?.path;
}

/** All but the namespace must be named: `field` alone is no field's path. */
function isWhole({ entityPath, entityType }: SchemaEntity, asked: string): boolean {
  const names = entityType === "sr_field" ? 2 : 1;
  const parts = asked.split(".").length;
  return parts === names || (parts > names && entityPath === asked);
}

/** All tags of an Avro schema. */
export function tagsInAvro(schema: Json): readonly SchemaTags[] {
  return [...placesIn(schema)].flatMap(({ entity, json }) => {
    const tags = tagsOf(json);
    return tags.length === 0 ? [] : [{ schemaEntity: entity, tags }];
  });
}

function* placesIn(schema: Json, path: JsonPath = [], space = ""): Generator<Place> {
  if (isJsonArray(schema)) {
    for (const [i, branch] of schema.entries()) yield* placesIn(branch, [...path, i], space);
    return;
  }
  if (!isJsonObject(schema)) return;
  const type = schema.get("type");
  for (const member of ["items", "values"]) {
    const inner = schema.get(member);
    if (inner !== undefined) yield* placesIn(inner, [...path, member], space);
  }
  if (type !== "record" && type !== "error") {
    if (type !== undefined) yield* placesIn(type, [...path, "type"], space);
    return;
  }
  const full = fullName(schema, space);
  yield { entity: { entityPath: full, entityType: "sr_record" }, path, json: schema };
  const fields = schema.get("fields");
  for (const [i, field] of (isJsonArray(fields) ? fields : []).entries()) {
    if (!isJsonObject(field)) continue;
    const at = [...path, "fields", i];
    const entityPath = `${full}.${String(field.get("name"))}`;
    yield { entity: { entityPath, entityType: "sr_field" }, path: at, json: field };
    yield* placesIn(
      field.get("type") ?? null,
      [...at, "type"],
      full.slice(0, Math.max(0, full.lastIndexOf("."))),
    );
  }
}

function fullName(schema: ReadonlyMap<string, Json>, around: string): string {
  const name = String(schema.get("name"));
  const space = schema.get("namespace");
  if (name.includes(".")) return name;
  const own = typeof space === "string" ? space : around;
  return own === "" ? name : `${own}.${name}`;
}
