import { canonical, sameStatement } from "./canonical.ts";
import type { ScriptStatement } from "./script.ts";

/** What a server has of a stream or table. */
export interface Existing {
  readonly name: string;
  readonly type: "STREAM" | "TABLE";
  /** The statement it was made by, as the server tells it. */
  readonly statement: string;
  readonly writers: readonly string[];
  /** Queries that read it. */
  readonly readers: readonly string[];
}

export type Action =
  | { readonly kind: "unchanged"; readonly name: string }
  | { readonly kind: "terminate"; readonly queryId: string }
  | { readonly kind: "drop"; readonly type: "STREAM" | "TABLE"; readonly name: string }
  | { readonly kind: "create"; readonly name: string; readonly statement: ScriptStatement }
  | { readonly kind: "run"; readonly statement: ScriptStatement };

/**
 * What brings a server to what the script says: nothing for what is there already; what changed is terminated, dropped
 * and created again, with everything that reads it, readers first down and last up.
 *
 * @param earlier - statements that give the same as the script's of the same name: what was made by one stays.
 */
export function planActions(
  script: readonly ScriptStatement[],
  existing: ReadonlyMap<string, Existing>,
  earlier: readonly ScriptStatement[] = [],
): readonly Action[] {
  const stale = new Set<string>();
  for (const { creates, text } of script) {
    const known = creates && existing.get(creates.name);
    if (!known) continue;
    const alike = earlier.filter((statement) => statement.creates?.name === creates.name);
    const server = canonical(known.statement);
    const changed = ![text, ...alike.map((statement) => statement.text)].some((each) =>
      sameStatement(canonical(each), server),
    );
    const lostItsQuery = creates.reads !== undefined && known.writers.length === 0;
    if (changed || lostItsQuery || (creates.reads !== undefined && stale.has(creates.reads)))
      stale.add(creates.name);
  }
  const downwards = script
    .flatMap(({ creates }) => (creates && stale.has(creates.name) ? [creates.name] : []))
    .reverse();
  const doomed = downwards.flatMap((name) => existing.get(name) ?? []);
  const queries = new Set(doomed.flatMap(({ readers, writers }) => [...readers, ...writers]));
  const down: Action[] = [
    ...[...queries].map((queryId): Action => ({ kind: "terminate", queryId })),
    ...doomed.map(({ name, type }): Action => ({ kind: "drop", type, name })),
  ];
  const up = script.map((statement): Action => {
    const { creates } = statement;
    if (!creates) return { kind: "run", statement };
    if (existing.has(creates.name) && !stale.has(creates.name))
      return { kind: "unchanged", name: creates.name };
    return { kind: "create", name: creates.name, statement };
  });
  return [...down, ...up];
}
