import type { Type } from "avsc";
import type { Problem } from "./problems.ts";
import { readProblems } from "./resolution.ts";

/** Confluent's seven levels, in the order in which its error message lists them. */
export const LEVELS = [
  "NONE",
  "BACKWARD",
  "FORWARD",
  "FULL",
  "BACKWARD_TRANSITIVE",
  "FORWARD_TRANSITIVE",
  "FULL_TRANSITIVE",
] as const;
export type CompatibilityLevel = (typeof LEVELS)[number];

export interface Version {
  readonly version: number;
  /** Called for those that count at the level. */
  readonly type: () => Type;
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
  schema: Type,
  earlier: readonly Version[],
  level: CompatibilityLevel,
): readonly string[] {
  if (level === "NONE") return [];
  const newestFirst = earlier.toReversed();
  const relevant = level.endsWith("_TRANSITIVE") ? newestFirst : newestFirst.slice(0, 1);
  for (const { version, type: typeOf } of relevant) {
    const type = typeOf();
    const backward = level.startsWith("FORWARD") ? [] : readProblems(schema, type);
    const forward = level.startsWith("BACKWARD") ? [] : readProblems(type, schema);
    const found = [
      ...backward.map((problem) => sentence(problem, "new", "old")),
      ...forward.map((problem) => sentence(problem, "old", "new")),
    ];
    if (found.length > 0) return [...found, `{oldSchemaVersion: ${version}}`, `{compatibility: '${level}'}`];
  }
  return [];
}

function sentence(problem: Problem, reader: string, writer: string): string {
  const text = problem.text
    .replaceAll("%reader", `${reader} schema`)
    .replaceAll("%writer", `${writer} schema`);
  return `{errorType:'${problem.kind}', description:'${text}', additionalInfo:'${problem.detail}'}`;
}
