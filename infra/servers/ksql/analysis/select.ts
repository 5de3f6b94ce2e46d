import type { Catalog } from "../catalog/catalog.ts";
import { checkTimestamp } from "../catalog/schema-check.ts";
import type { Source } from "../catalog/source.ts";
import { named, refuse, unsupported } from "../errors.ts";
import type { Expression, Query } from "../sql/ast.ts";
import { bare, formatExpression, quoteName } from "../sql/format.ts";
import { typeText } from "../sql/types.ts";
import { containsAggregate } from "./aggregates.ts";
import { compile } from "./compile.ts";
import type { Compiled } from "./compiled.ts";
import { nullColumn, planGrouping } from "./grouping.ts";
import { ExpressionIdentity } from "./identity.ts";
import { type SelectedColumn, selectedColumns } from "./projection.ts";
import type { OutputColumn, QueryPlan } from "./query-plan.ts";
import { checkColumns, columnsOf, resolveColumn, type Scope } from "./scope.ts";
import { sourceScope } from "./source-scope.ts";

/** What is asked of a SELECT beyond its own text. */
interface SelectOptions {
  /** It writes a topic, so its key columns must be in the projection. */
  readonly sink?: string;
  /** What the sink's WITH clause says of the column that gives a row's time. */
  readonly timestamp?: Source["timestamp"];
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID: `X does not exist.` */
export function sourceNamed(catalog: Catalog, name: string): Source {
  const source = catalog.source(name);
  if (source) return source;
  throw refuse(`Failed to prepare statement: ${name} does not exist.${catalog.alternatives(name)}`);
}

/**
 * Analyse a query against the catalog and compile it.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with the text of ksqlDB's analyser.
 */
export function planQuery(query: Query, catalog: Catalog, options: SelectOptions = {}): QueryPlan {
  if (query.emit === "FINAL") throw unsupported("EMIT FINAL");
  const source = sourceNamed(catalog, query.from.name);
  const scope = sourceScope(source, query.from.alias, catalog.now);
  const persistent = options.sink !== undefined;
  const selected = selectedColumns(query, source, persistent);
  const bounds = query.window ? ["WINDOWSTART", "WINDOWEND"] : [];
  if (query.where) checkColumns("WHERE", query.where, scope, bounds);
  for (const expression of query.groupBy) checkColumns("GROUP BY", expression, scope, bounds);
  if (query.having) checkColumns("HAVING", query.having, scope, bounds);
  for (const column of selected) checkColumns("SELECT", column.expression, scope, bounds);
  if (query.groupBy.length > 0 && source.valueFormat === "KAFKA") throw noKafkaGroups(query.from.alias);
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
    checkDuplicates(columns);
    if (options.sink !== undefined) {
      checkTimestamp(columns, options.timestamp);
      checkGroupKeys(options.sink, query.groupBy, group.calls, columns, selected);
    }
    const keyOrder = group.keys.flatMap((key) => columns.filter((c) => c.key && c.name === key.name));
    return { ...base, type: "TABLE", group, columns, keyOrder };
  }
  const columns = selected.map((column) => output(column, source, scope));
  checkDuplicates(columns);
  if (options.sink !== undefined) {
    checkTimestamp(columns, options.timestamp);
    checkKeys(options.sink, source, columns, selected);
  }
  const keyOrder = source.keys.flatMap((key) => {
    const at = selected.findIndex(({ expression: e }) => e.kind === "column" && e.name === key.name);
    const column = columns[at];
    return column ? [column] : [];
  });
  return { ...base, type: source.type, columns, keyOrder };
}

function condition(where: Expression, scope: Scope): Compiled {
  const suffix = `\nStatement: ${formatExpression(where, bare)}`;
  named(
    "Error in WHERE expression: ",
    () => columnsOf(where).forEach((c) => void resolveColumn(scope, c)),
    suffix,
  );
  if (containsAggregate(where)) throw refuse("Aggregate functions cannot be used in the WHERE clause.");
  const compiled = named("Error in WHERE expression: ", () => compile(where, scope), suffix);
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
  if (!compiled.type) throw nullColumn();
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
    if (aliases.length > 1) throw repeatedKey(key.name, aliases.toSorted());
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
  calls: readonly Expression[],
  columns: readonly OutputColumn[],
  selected: readonly SelectedColumn[],
): void {
  if (groupBy.length === 0) {
    // A star stands for the row's time, which every row has.
    const texts = calls.map((e) => formatExpression(e, bare).replace("(*)", "(ROWTIME)"));
    throw refuse(
      `CREATE TABLE AS SELECT statement does not support aggregate function [${texts.join(", ")}] without a GROUP BY clause.`,
    );
  }
  const identity = new ExpressionIdentity();
  const aliasesOf = (grouped: Expression): readonly string[] =>
    selected.filter((c) => identity.same(c.expression, grouped)).map((c) => c.name);
  for (const grouped of groupBy) {
    const aliases = aliasesOf(grouped);
    if (aliases.length > 1)
      throw repeatedKey(
        "",
        aliases.map((alias) => `\`${alias}\``),
      );
  }
  const missing = groupBy.filter((grouped) => aliasesOf(grouped).length === 0);
  if (missing.length > 0) {
    throw missingKeys(
      sink,
      "grouping expression",
      missing.map((e) => formatExpression(e, bare)),
    );
  }
  if (columns.every((column) => column.key)) throw noValues();
}

/** @param aliased - behind "a key column". */
function repeatedKey(key: string, aliases: readonly string[]): Error {
  const [shown, as] = key === "" ? ["", ":"] : [` (\`${key}\`)`, ", aliased as:"];
  return refuse(
    `The projection contains a key column${shown} more than once${as} ${joined(aliases)}.\nEach key column must only be in the projection once. If you intended to copy the key into the value, then consider using the AS_VALUE function to indicate which key reference should be copied.`,
  );
}

function joined(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A key stands among the values while a query is planned, so the names of both are told apart. */
function checkDuplicates(columns: readonly OutputColumn[]): void {
  const seen = new Set<string>();
  for (const { name, type } of columns) {
    if (seen.has(name)) {
      throw refuse(`Duplicate value columns found in schema: \`${name}\` ${typeText(type)}`);
    }
    seen.add(name);
  }
}

function noKafkaGroups(source: string): Error {
  return refuse(
    `Source(s) ${source} are using the 'KAFKA' value format. This format does not yet support GROUP BY.\nThe KAFKA format is primarily intended for use as a key format. It can be used as a value format, but can not be used in any operation that requires a repartition or changelog topic.\nRemoving this limitation requires enhancements to the core of KSQL. This will come in a future release. Until then, avoid using the KAFKA format for values.\nIf you have an existing topic with KAFKA formatted values you can duplicate the data and serialize using Avro or JSON with a statement such as: \n\n'CREATE STREAM <new-stream-name> WITH(VALUE_FORMAT='Avro') AS SELECT * FROM <existing-kafka-formated-stream-name>;'\nFor more info see https://github.com/confluentinc/ksql/issues/3060`,
  );
}

function noValues(): Error {
  return refuse("The projection contains no value columns.");
}

function missingKeys(sink: string, what: string, names: readonly string[]): Error {
  const plural = names.length > 1 ? "s" : "";
  return refuse(
    `Key${plural} missing from projection (ie, SELECT). \nThe query used to build \`${sink}\` must include the ${what}${plural} ${joined(names)} in its projection (eg, SELECT ${names.join(", ")}...).`,
  );
}
