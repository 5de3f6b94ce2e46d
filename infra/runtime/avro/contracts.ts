import { readFileSync } from "node:fs";
import { join } from "node:path";
import avro, { type Schema, type Type } from "avsc";
import type { SchemaName } from "../../../schemas/avro/names.ts";
import { projectRoot } from "../project-root.ts";

/** The schema's JSON as its file has it. */
export function schemaJson(name: SchemaName): Schema {
  return JSON.parse(readFileSync(join(projectRoot(), "schemas", "avro", `${name}.avsc`), "utf8")) as Schema;
}

const types = new Map<SchemaName, Type>();

/** The compiled schema. Unions are unwrapped: `null` or the value itself. */
export function avroType(name: SchemaName): Type {
  let type = types.get(name);
  if (!type) {
    type = avro.Type.forSchema(schemaJson(name), { wrapUnions: false });
    types.set(name, type);
  }
  return type;
}
