import { isJsonArray, isJsonObject, type Json, parseJson } from "../../../../runtime/json/lossless.ts";
import type { ResolvedReference } from "../parsed.ts";

type Members = ReadonlyMap<string, Json>;

/** A schema with what it refers to in its place: each definition where its name comes first, the name after that. */
export function inlined(schema: Json, references: readonly ResolvedReference[]): Json {
  const definitions = new Map(
    references.flatMap(({ schema: text }) => {
      const json = parseJson(text);
      return isJsonObject(json) && typeof json.get("name") === "string" ? [[nameOf(json, ""), json]] : [];
    }),
  );
  const known = new Set<string>();

  const walk = (part: Json, space: string): Json => {
    if (typeof part === "string") return definitionOf(part, space);
    if (isJsonArray(part)) return part.map((branch) => walk(branch, space));
    if (!isJsonObject(part)) return part;
    const isNamed = typeof part.get("name") === "string" && part.get("type") !== undefined;
    const full = isNamed ? nameOf(part, space) : "";
    const inside = isNamed ? spaceOf(full) : space;
    known.add(full);
    return new Map([...part].map(([key, value]) => [key, within(key, value, inside)]));
  };

  const within = (key: string, value: Json, space: string): Json => {
    if (key === "fields" && isJsonArray(value)) return value.map((field) => fieldOf(field, space));
    return key === "type" || key === "items" || key === "values" ? walk(value, space) : value;
  };

  const fieldOf = (field: Json, space: string): Json =>
    isJsonObject(field)
      ? new Map([...field].map(([key, value]) => [key, key === "type" ? walk(value, space) : value]))
      : field;

  const definitionOf = (name: string, space: string): Json => {
    const full = name.includes(".") || space === "" ? name : `${space}.${name}`;
    const found = definitions.get(full) ?? definitions.get(name);
    if (!found || known.has(nameOf(found, ""))) return name;
    // A definition without a namespace takes none from where it comes to stand.
    const own: Members = found.has("namespace") ? found : new Map([...found, ["namespace", spaceOf(full)]]);
    return walk(own, "");
  };

  return walk(schema, "");
}

function nameOf(schema: Members, around: string): string {
  const name = String(schema.get("name"));
  if (name.includes(".")) return name;
  const given = schema.get("namespace");
  const space = typeof given === "string" ? given : around;
  return space === "" ? name : `${space}.${name}`;
}

function spaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf(".")));
}
