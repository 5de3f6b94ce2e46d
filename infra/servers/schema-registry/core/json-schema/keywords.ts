import { isJsonArray, isJsonObject, type Json, JsonNumber } from "../../../../runtime/json/lossless.ts";

/** A schema's members, with the place they stand at for errors, `#/properties/a`. */
export interface SchemaObject {
  readonly members: ReadonlyMap<string, Json>;
  readonly path: string;
}

/** @throws {Error} where it is no number. */
export function numberAt({ members, path }: SchemaObject, name: string): number | undefined {
  const value = members.get(name);
  if (value === undefined) return undefined;
  if (!(value instanceof JsonNumber)) throw new Error(`${name} at ${path} is no number`);
  return Number(value.text);
}

/** @throws {Error} where it is no whole number from 0. */
export function countAt(object: SchemaObject, name: string): number | undefined {
  const value = numberAt(object, name);
  if (value !== undefined && (!Number.isInteger(value) || value < 0))
    throw new Error(`${name} at ${object.path} is no whole number from 0`);
  return value;
}

export function textAt({ members, path }: SchemaObject, name: string): string | undefined {
  const value = members.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new Error(`${name} at ${path} is no text`);
  return value;
}

export function flagAt({ members, path }: SchemaObject, name: string): boolean {
  const value = members.get(name);
  if (value === undefined) return false;
  if (typeof value !== "boolean") throw new Error(`${name} at ${path} is neither true nor false`);
  return value;
}

/** The names in a list; draft 3's `required: true` is refused as Confluent's parser refuses it. */
export function namesAt({ members, path }: SchemaObject, name: string): ReadonlySet<string> {
  const value = members.get(name);
  if (value === undefined) return new Set();
  return new Set(namesOf(value, `${name} at ${path}`));
}

export function namesOf(value: Json, what: string): readonly string[] {
  if (isJsonArray(value) && value.every((item) => typeof item === "string")) return value as string[];
  throw new Error(`${what} is no list of names`);
}

/** The members of an object of schemas, `properties` or `definitions`. */
export function membersAt({ members, path }: SchemaObject, name: string): readonly [string, SchemaPlace][] {
  const value = members.get(name);
  if (value === undefined) return [];
  if (!isJsonObject(value)) throw new Error(`${name} at ${path} is no object`);
  return [...value].map(([key, json]) => [key, { json, path: `${path}/${name}/${key}` }]);
}

/** The schemas in a list, `allOf` or `prefixItems`. */
export function listAt({ members, path }: SchemaObject, name: string): readonly SchemaPlace[] {
  const value = members.get(name);
  if (value === undefined) return [];
  if (!isJsonArray(value)) throw new Error(`${name} at ${path} is no list`);
  return value.map((json, i) => ({ json, path: `${path}/${name}/${i}` }));
}

export function schemaAt({ members, path }: SchemaObject, name: string): SchemaPlace | undefined {
  const json = members.get(name);
  return json === undefined ? undefined : { json, path: `${path}/${name}` };
}

/** A schema, not yet read. */
export interface SchemaPlace {
  readonly json: Json;
  readonly path: string;
}
