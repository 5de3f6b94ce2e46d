import { isReservedColumn } from "../catalog/schema-check.ts";
import type { Source } from "../catalog/source.ts";
import { refuse } from "../errors.ts";
import type { Expression, Query } from "../sql/ast.ts";

/** One column of a SELECT with its star and name worked out. */
export interface SelectedColumn {
  readonly name: string;
  readonly expression: Expression;
  /** It came out of a star. */
  readonly star: boolean;
}

const NOWHERE = { line: 0, column: 0 } as const;

/** @param shown - what messages show in its place. */
export function columnReference(name: string, shown?: string): Expression {
  return { kind: "column", name, position: NOWHERE, ...(shown === undefined ? {} : { shown }) };
}

/**
 * The columns of a SELECT: stars spread out, names given to expressions without one.
 *
 * @param persistent - it writes a topic: no column may be named as SQL's own ones, and a star leaves a windowed source's
 * bounds out.
 * @throws {CodedError} KSQL_STATEMENT_INVALID for reserved and repeated names.
 */
export function selectedColumns(
  query: Query,
  source: Source,
  persistent: boolean,
): readonly SelectedColumn[] {
  const generated = generatedNames(query, source);
  const columns = query.items.flatMap((item): SelectedColumn[] => {
    if (item.kind === "star") {
      if (item.source !== undefined && item.source !== query.from.alias && item.source !== source.name) {
        throw refuse(
          `Failed to prepare statement: '${item.source}' is not a valid stream/table name or alias.`,
        );
      }
      const bounds = source.window && !persistent ? ["WINDOWSTART", "WINDOWEND"] : [];
      const names = [...source.keys.map((c) => c.name), ...bounds, ...source.values.map((c) => c.name)];
      return names.map((name) => ({ name, expression: columnReference(name), star: true }));
    }
    const { expression, alias } = item;
    const name = alias ?? (expression.kind === "column" ? expression.name : generated());
    if (isReservedColumn(name)) {
      if (!(expression.kind === "column" && expression.name === name)) {
        throw refuse(`\`${name}\` is a reserved column name. You cannot use it as an alias for a column.`);
      }
      if (persistent) {
        throw refuse(`Reserved column name in select: \`${name}\`. Please remove or alias the column.`);
      }
    }
    return [{ name, expression, star: false }];
  });
  return columns;
}

/** `KSQL_COL_0`, `KSQL_COL_1`, …: none that the source has. */
function generatedNames(query: Query, source: Source): () => string {
  const taken = new Set([...source.keys, ...source.values].map((column) => column.name));
  for (const item of query.items) if (item.kind === "expression" && item.alias) taken.add(item.alias);
  let next = 0;
  return () => {
    while (taken.has(`KSQL_COL_${next}`)) next++;
    return `KSQL_COL_${next++}`;
  };
}
