import type { Metadata } from "./content.ts";
import type { CompatibilityLevel } from "./levels.ts";
import type { ParsedSchema } from "./parsed.ts";
import type { SubjectConfig } from "./subject-config.ts";

/** A schema with what its author says beside it. */
export interface Candidate {
  readonly parsed: ParsedSchema;
  readonly metadata?: Metadata;
}

export interface Version {
  readonly version: number;
  readonly metadata?: Metadata;
  /** Called for those that count at the level. */
  readonly parsed: () => ParsedSchema;
}

/** Names of fields, with commas between them, that no later version may use: a property of the metadata. */
const RESERVED = "confluent:reserved";

/**
 * Why `schema` may not follow these versions, by what is set for the subject; empty: it may.
 *
 * @param earlier - versions in ascending order, those that are deleted left out.
 */
export function objections(
  { parsed, metadata }: Candidate,
  earlier: readonly Version[],
  {
    compatibilityLevel: level = "BACKWARD",
    compatibilityGroup: group,
    validateFields = false,
  }: SubjectConfig,
): readonly string[] {
  const groupOf = (of: Metadata | undefined): string | undefined => of?.properties?.[group ?? ""];
  const compared =
    group === undefined ? earlier : earlier.filter((old) => groupOf(old.metadata) === groupOf(metadata));
  const found = [
    ...(validateFields ? reservedProblems(parsed, metadata, earlier.at(-1)) : []),
    ...incompatibilities(parsed, compared, level),
  ];
  return found.length === 0
    ? []
    : [...found, `{validateFields: '${validateFields}', compatibility: '${level}'}`];
}

function reservedProblems(
  parsed: ParsedSchema,
  metadata: Metadata | undefined,
  newest: Version | undefined,
): readonly string[] {
  const reserved = reservedIn(metadata);
  const removed = [...reservedIn(newest?.metadata)].filter((field) => !reserved.has(field));
  const used = [...reserved].filter((field) => parsed.topLevelFields.has(field));
  return [
    ...removed.map((field) => `The new schema no longer reserves field ${field}, as the old schema does.`),
    ...used.map((field) => `The new schema has field that conflicts with the reserved field ${field}.`),
  ];
}

function reservedIn(metadata: Metadata | undefined): ReadonlySet<string> {
  const names = metadata?.properties?.[RESERVED]?.split(",").map((name) => name.trim()) ?? [];
  return new Set(names.filter((name) => name !== ""));
}

/**
 * May `schema` follow these versions?
 *
 * BACKWARD: data of the old schema can be read by the new one; FORWARD: the other way round; FULL: both. Without
 * TRANSITIVE only the newest old version counts.
 *
 * @param earlier - versions in ascending order, those that are deleted left out.
 * @returns what stands against it, one sentence each, of the newest version that it clashes with; empty: it may.
 */
function incompatibilities(
  schema: ParsedSchema,
  earlier: readonly Version[],
  level: CompatibilityLevel,
): readonly string[] {
  if (level === "NONE") return [];
  const newestFirst = earlier.toReversed();
  const relevant = level.endsWith("_TRANSITIVE") ? newestFirst : newestFirst.slice(0, 1);
  for (const { version, parsed } of relevant) {
    const old = parsed();
    const found = between(schema, old, level);
    if (found.length === 0) continue;
    return [...found, `{oldSchemaVersion: ${version}}`, `{oldSchema: ${quoted(old.canonical)}}`];
  }
  return [];
}

const MOST_SHOWN = 10 * 1024;

function quoted(schema: string): string {
  return schema.length <= MOST_SHOWN ? `'${schema}'` : `<truncated> '${schema.slice(0, MOST_SHOWN)}...'`;
}

function between(schema: ParsedSchema, old: ParsedSchema, level: CompatibilityLevel): readonly string[] {
  if (schema.schemaType !== old.schemaType) return ["Incompatible because of different schema type"];
  const backward = level.startsWith("FORWARD") ? [] : schema.problems(old, { reader: "new", writer: "old" });
  const forward = level.startsWith("BACKWARD") ? [] : old.problems(schema, { reader: "old", writer: "new" });
  return [...backward, ...forward];
}
