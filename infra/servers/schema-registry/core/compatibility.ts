import type { CompatibilityLevel } from "./levels.ts";
import type { ParsedSchema } from "./parsed.ts";

export interface Version {
  readonly version: number;
  /** Called for those that count at the level. */
  readonly parsed: () => ParsedSchema;
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
export function incompatibilities(
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
    return [
      ...found,
      `{oldSchemaVersion: ${version}}`,
      `{oldSchema: ${quoted(old.canonical)}}`,
      `{compatibility: '${level}'}`,
    ];
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
