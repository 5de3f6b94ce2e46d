import type { Catalog } from "../catalog/catalog.ts";
import type { Source } from "../catalog/source.ts";
import { named, refuse, unsupported } from "../errors.ts";
import type { Expression, Query } from "../sql/ast.ts";
import { formatExpression, quoteName } from "../sql/format.ts";
import { typeText } from "../sql/types.ts";
import { containsAggregate } from "./aggregates.ts";
import { compile } from "./compile.ts";
import type { Compiled } from "./compiled.ts";
import { nullColumn, planGrouping } from "./grouping.ts";
import { ExpressionIdentity } from "./identity.ts";
import { type SelectedColumn, selectedColumns } from "./projection.ts";
import type { OutputColumn, QueryPlan } from "./query-plan.ts";
import { checkColumns, type Scope } from "./scope.ts";
import { sourceScope } from "./source-scope.ts";

/** What is asked of a SELECT beyond its own text. */
interface SelectOptions {
  /** It writes a topic, so its key columns must be in the projection. */
  readonly sink?: string;
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID: `X does not exist.` */
export function sourceNamed(catalog: Catalog, name: string, quoted = false): Source {
  const source = catalog.source(name);
  if (source) return source;
  throw refuse(`Failed to prepare statement: ${name} does not exist.${hint(catalog, name, quoted)}`);
}

export function hint(catalog: Catalog, name: string, quoted: boolean): string {
  const upper = catalog.source(name.toUpperCase());
  return upper && quoted
    ? `\nDid you mean ${upper.name}? Hint: try removing double quotes from the source name.`
    : "";
}

/**
 * Analyse a query against the catalog and compile it.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with the text of ksqlDB's analyser.
 */
export function planQuery(query: Query, catalog: Catalog, options: SelectOptions = {}): QueryPlan {
  if (query.emit === "FINAL") throw unsupported("EMIT FINAL");
  const source = sourceNamed(catalog, query.from.name, query.from.quoted);
  const scope = sourceScope(source, query.from.alias);
  const persistent = options.sink !== undefined;
  const selected = selectedColumns(query, source, !persistent);
  const bounds = query.window ? ["WINDOWSTART", "WINDOWEND"] : [];
  for (const column of selected) checkColumns("SELECT", column.expression, scope, bounds);
  if (query.where) checkColumns("WHERE", query.where, scope, bounds);
  if (query.having) checkColumns("HAVING", query.having, scope, bounds);
  const grouped = query.groupBy.length > 0 || selected.some((c) => containsAggregate(c.expression));
  if (query.window && !grouped) throw refuse("WINDOW clause requires a GROUP BY clause.");
  if (query.having && !grouped) throw refuse("HAVING clause requires a GROUP BY clause.");
  const where = query.where && condition(query.where, scope);
  const base = {
    source,
    ...(where ? { where } : {}),
    ...(query.limit === undefined ? {} : { limit: query.limit }),
  };
  if (grouped) {
    const { group, columns } = planGrouping(query, source, scope, selected);
    if (options.sink !== undefined) checkGroupKeys(options.sink, query.groupBy, columns, selected);
    const keyOrder = group.keys.flatMap((key) => columns.filter((c) => c.key && c.name === key.name));
    return { ...base, type: "TABLE", group, columns, keyOrder };
  }
  const columns = selected.map((column) => output(column, source, scope));
  if (options.sink !== undefined) checkKeys(options.sink, source, columns, selected);
  const keyOrder = source.keys.flatMap((key) => {
    const at = selected.findIndex(({ expression: e }) => e.kind === "column" && e.name === key.name);
    const column = columns[at];
    return column ? [column] : [];
  });
  return { ...base, type: source.type, columns, keyOrder };
}

function condition(where: Expression, scope: Scope): Compiled {
  if (containsAggregate(where)) throw refuse("Aggregate functions cannot be used in the WHERE clause.");
  const compiled = named(
    "Error in WHERE expression: ",
    () => compile(where, scope),
    `\nStatement: ${formatExpression(where, (c) => quoteName(c.name))}`,
  );
  if (compiled.type?.base !== "BOOLEAN") {
    const type = compiled.type ? typeText(compiled.type) : "NULL";
    throw refuse(
      `Type error in WHERE expression: Should evaluate to boolean but is ${formatExpression(where)} (${type}) instead.`,
    );
  }
  return compiled;
}

function output({ name, expression }: SelectedColumn, source: Source, scope: Scope): OutputColumn {
  const compiled = named("", () => compile(expression, scope));
  if (!compiled.type) throw nullColumn(name);
  const key = expression.kind === "column" && source.keys.some((k) => k.name === expression.name);
  const bound = source.window && expression.kind === "column" && /^WINDOW(START|END)$/.test(expression.name);
  return { name, key, compiled, type: compiled.type, ...(bound ? { bound: true } : {}) };
}

/** Each key column exactly once, and at least one column besides. */
function checkKeys(
  sink: string,
  source: Source,
  columns: readonly OutputColumn[],
  selected: readonly SelectedColumn[],
): void {
  for (const key of source.keys) {
    const aliases = selected
      .filter(({ expression: e }) => e.kind === "column" && e.name === key.name)
      .map((column) => column.name);
    if (aliases.length > 1) throw repeatedKey(key.name, aliases);
  }
  const missing = source.keys.some(
    (key) => !selected.some(({ expression: e }) => e.kind === "column" && e.name === key.name),
  );
  if (missing)
    throw missingKeys(
      sink,
      "key column",
      source.keys.map((key) => quoteName(key.name)),
    );
  if (columns.every((column) => column.key)) throw noValues();
}

/** Each grouping expression exactly once, and at least one column besides. */
function checkGroupKeys(
  sink: string,
  groupBy: readonly Expression[],
  columns: readonly OutputColumn[],
  selected: readonly SelectedColumn[],
): void {
  const text = (e: Expression): string => formatExpression(e, (c) => quoteName(c.name));
  const identity = new ExpressionIdentity();
  for (const grouped of groupBy) {
    const aliases = selected.filter((c) => identity.same(c.expression, grouped)).map((c) => c.name);
    if (aliases.length === 0) throw missingKeys(sink, "grouping expression", groupBy.map(text));
    if (aliases.length > 1) throw repeatedKey(text(grouped), aliases);
  }
  if (columns.every((column) => column.key)) throw noValues();
}

function repeatedKey(key: string, aliases: readonly string[]): Error {
  const shown = aliases.map(quoteName);
  return refuse(
    `The projection contains a key column (\`${key}\`) more than once, aliased as: ${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}.`,
  );
}

function noValues(): Error {
  return refuse("The projection contains no value columns.");
}

function missingKeys(sink: string, what: string, names: readonly string[]): Error {
  const plural = names.length > 1 ? "s" : "";
  const listed = plural ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
  return refuse(
    `Key missing from projection. See https://cnfl.io/queries.\nThe query used to build \`${sink}\` must include the ${what}${plural} ${listed} in its projection (eg, SELECT ${names.join(", ")}...).`,
  );
}
