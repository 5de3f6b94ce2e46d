import { z } from "zod";
import { isJsonArray, isJsonObject, type Json } from "../../../runtime/json/lossless.ts";
import { refusal } from "./errors.ts";

/** Where tags stand: a record or a field, by its path in the schema. */
export interface SchemaEntity {
  readonly entityPath: string;
  readonly entityType: "sr_record" | "sr_field";
}

/** Words such as `PII` at one place of a schema, as Confluent's registry writes them into its text. */
export interface SchemaTags {
  readonly schemaEntity: SchemaEntity;
  readonly tags: readonly string[];
}

export interface TagChanges {
  readonly add: readonly SchemaTags[];
  readonly remove: readonly SchemaTags[];
}

/** Names and places of members from the outside in. */
export type JsonPath = readonly (string | number)[];

const MEMBER = "confluent:tags";

const shape = z
  .array(
    z.object({
      schemaEntity: z.object({
        entityPath: z.string().transform((path) => path.replace(/^\./, "")),
        entityType: z.enum(["sr_record", "sr_field"]),
      }),
      tags: z.array(z.string()),
    }),
  )
  .nullish();

/** @param name - of the member of the body. @throws {RestError} 42201 */
export function parseTags(value: unknown, name: string): readonly SchemaTags[] {
  const read = shape.safeParse(value);
  if (!read.success) throw refusal.invalidSchema(`${name}: ${read.error.issues[0]?.message ?? "malformed"}`);
  return read.data ?? [];
}

/** The tags of a record or field; empty: none. */
export function tagsOf(place: Json | undefined): readonly string[] {
  const tags = isJsonObject(place) ? place.get(MEMBER) : undefined;
  return isJsonArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

/**
 * The schema with these tags more, and less.
 *
 * @param find - where an entity stands; undefined: nowhere.
 * @throws {RestError} 42201 for a path that leads nowhere.
 */
export function tagged(
  schema: Json,
  { add, remove }: TagChanges,
  find: (schema: Json, entity: SchemaEntity) => JsonPath | undefined,
): Json {
  const at = (entity: SchemaEntity): JsonPath => {
    const path = find(schema, entity);
    if (path) return path;
    throw refusal.invalidSchema(`No matching path '${entity.entityPath}' found in the schema`);
  };
  const more = add.reduce((all, { schemaEntity, tags }) => {
    return changed(all, at(schemaEntity), (own) => [...new Set([...own, ...tags])]);
  }, schema);
  return remove.reduce((all, { schemaEntity, tags }) => {
    return changed(all, at(schemaEntity), (own) => own.filter((tag) => !tags.includes(tag)));
  }, more);
}

function changed(part: Json, path: JsonPath, change: (own: readonly string[]) => readonly string[]): Json {
  const [step, ...rest] = path;
  if (isJsonArray(part)) return part.map((item, i) => (i === step ? changed(item, rest, change) : item));
  if (!isJsonObject(part)) return part;
  if (step !== undefined) {
    return new Map([...part].map(([key, item]) => [key, key === step ? changed(item, rest, change) : item]));
  }
  const tags = change(tagsOf(part));
  const members = new Map(part);
  if (tags.length === 0) members.delete(MEMBER);
  else members.set(MEMBER, tags);
  return members;
}
