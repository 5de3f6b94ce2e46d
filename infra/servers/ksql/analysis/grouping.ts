import type { Source } from "../catalog/source.ts";
import { named, refuse, unsupported } from "../errors.ts";
import type { Expression, Query } from "../sql/ast.ts";
import { childrenOf } from "../sql/children.ts";
import { bare, formatExpression, quoteName } from "../sql/format.ts";
import { BIGINT, typeText } from "../sql/types.ts";
import {
  AGGREGATES,
  type BoundAggregate,
  bindAggregate,
  containsAggregate,
  isAggregate,
} from "./aggregates.ts";
import { compile } from "./compile.ts";
import type { Compiled } from "./compiled.ts";
import { SCALAR_FUNCTIONS } from "./functions/registry.ts";
import { ExpressionIdentity } from "./identity.ts";
import { refuseLeftOut } from "./left-out.ts";
import { columnReference, type SelectedColumn } from "./projection.ts";
import type { GroupPlan, OutputColumn } from "./query-plan.ts";
import { columnsOf, rewrite, type Scope, type ScopeColumn } from "./scope.ts";

const BOUNDS = ["WINDOWSTART", "WINDOWEND"];

interface Grouping {
  readonly group: GroupPlan;
  readonly columns: readonly OutputColumn[];
}

/**
 * Plan `GROUP BY`: each part of the projection and of HAVING is a grouping expression, an aggregate, or made of those.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with ksqlDB's texts.
 */
export function planGrouping(
  query: Query,
  source: Source,
  scope: Scope,
  selected: readonly SelectedColumn[],
): Grouping {
  const { groupBy, window, having } = query;
  const overTable = source.type === "TABLE";
  const windowed = window !== undefined;
  const expressions = selected.map((column) => column.expression);
  for (const expression of expressions) checkCalls(expression, windowed);
  checkGroupBy(groupBy, scope, windowed);
  if (having) {
    checkBounds(having, windowed);
    checkCalls(having, windowed);
  }
  const all = having ? [...expressions, having] : expressions;
  if (!all.some(containsAggregate)) {
    throw refuse("GROUP BY requires aggregate functions in either the SELECT or HAVING clause.");
  }
  if (window && overTable) throw refuse("Windowing not supported for table aggregations.");
  const by = groupBy.map((e) => named("", () => compile(e, scope)));
  const groupColumns = new GroupColumns(groupBy, all, scope);
  if (overTable) checkUndo(groupColumns.calls, groupColumns.aggregates);
  const bounds = window ? BOUNDS : [];
  const groupScope = scopeOfGroups(by, groupColumns.aggregates, bounds, scope);
  checkForeign(query, selected, groupColumns, bounds);
  const compiledHaving = having && compileHaving(having, groupColumns, groupScope);
  const columns = selected.map(({ name, expression }): OutputColumn => {
    const compiled = named("", () => compile(groupColumns.toGroupRow(expression), groupScope));
    if (!compiled.type) throw nullColumn();
    return { name, key: groupColumns.isKey(expression), compiled, type: compiled.type };
  });
  const keys = by.map(({ type }, i) => {
    const selectedAs = selected.find((column) =>
      groupColumns.same(column.expression, groupBy[i] ?? column.expression),
    );
    if (!type) throw refuse("GROUP BY of NULL is not supported");
    return { name: selectedAs?.name ?? `KSQL_COL_${i}`, type };
  });
  return {
    group: {
      by,
      keys,
      aggregates: groupColumns.aggregates,
      calls: groupColumns.calls,
      byKey: isByKey(groupBy, source),
      ...(window ? { window } : {}),
      ...(compiledHaving ? { having: compiledHaving } : {}),
    },
    columns,
  };
}

/** Which column of the group's row stands for an expression: `#G0` for a grouping expression, `#A0` for an aggregate. */
class GroupColumns {
  readonly calls: Expression[] = [];
  readonly aggregates: BoundAggregate[] = [];
  readonly #identity = new ExpressionIdentity();
  readonly #columns = new Map<number, string>();

  /** @param all - of the projection and of HAVING. */
  constructor(groupBy: readonly Expression[], all: readonly Expression[], scope: Scope) {
    for (const [i, e] of groupBy.entries()) this.#put(e, `#G${i}`);
    for (const call of all.flatMap(aggregatesIn)) {
      if (!this.#put(call, `#A${this.calls.length}`)) continue;
      this.calls.push(call);
      checkParameters(call);
      const args = call.args.map((arg) => named("", () => compile(arg, scope)));
      this.aggregates.push(named("", () => bindAggregate(call.name, args)));
    }
  }

  same(a: Expression, b: Expression): boolean {
    return this.#identity.same(a, b);
  }

  isKey(expression: Expression): boolean {
    return this.#columns.get(this.#identity.of(expression))?.startsWith("#G") === true;
  }

  /** The expression over the group's row. */
  toGroupRow(expression: Expression): Expression {
    return rewrite(expression, (part) => {
      const column = this.#columns.get(this.#identity.of(part));
      return column === undefined ? undefined : columnReference(column, formatExpression(part, bare));
    });
  }

  /** @returns false when it has a column already. */
  #put(expression: Expression, column: string): boolean {
    const id = this.#identity.of(expression);
    if (this.#columns.has(id)) return false;
    this.#columns.set(id, column);
    return true;
  }
}

/** What stands behind the column of LATEST_BY_OFFSET and EARLIEST_BY_OFFSET is known before any row is. */
function checkParameters({ name, args }: Extract<Expression, { kind: "call" }>): void {
  if (!name.endsWith("_BY_OFFSET")) return;
  for (const [i, arg] of args.slice(1).entries()) {
    if (arg.kind === "integer") throw unsupported(`${name} of several values`);
    if (arg.kind !== "boolean") {
      throw refuse(
        `Parameter ${i + 2} passed to function ${name} must be a literal constant, but was expression: '${formatExpression(arg, bare)}'`,
      );
    }
  }
}

/** Everything selected must be grouped by, aggregated, or made of those. */
function checkForeign(
  { having }: Query,
  selected: readonly SelectedColumn[],
  groupColumns: GroupColumns,
  bounds: readonly string[],
): void {
  const isForeign = (expression: Expression): boolean =>
    foreignParts(groupColumns.toGroupRow(expression), bounds).length > 0;
  const bad = selected.filter((column) => isForeign(column.expression));
  if (bad.length > 0) {
    const texts = bad.map((column) => formatExpression(column.expression, bare)).join(", ");
    throw refuse(
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${texts}\nEither add the column(s) to the GROUP BY or remove them from the SELECT.`,
    );
  }
  const foreign = having ? foreignParts(groupColumns.toGroupRow(having), bounds) : [];
  if (foreign.length > 0) {
    throw refuse(
      `Non-aggregate HAVING expression not part of GROUP BY: ${foreign.map((e) => formatExpression(e, bare)).join(", ")}\nConsider switching the HAVING clause to a WHERE clause before the GROUP BY.`,
    );
  }
}

function compileHaving(having: Expression, groupColumns: GroupColumns, scope: Scope): Compiled {
  const compiled = named("Error in HAVING expression: ", () =>
    compile(groupColumns.toGroupRow(having), scope),
  );
  if (compiled.type?.base !== "BOOLEAN") {
    const type = compiled.type ? typeText(compiled.type) : "NULL";
    throw refuse(
      `Type error in HAVING expression: Should evaluate to boolean but is ${formatExpression(having, bare)} (${type}) instead.`,
    );
  }
  return compiled;
}

/** Rows of a table are also taken back, which not every function can do. */
function checkUndo(calls: readonly Expression[], aggregates: readonly BoundAggregate[]): void {
  const foreign = calls.flatMap((call, i) =>
    call.kind === "call" && !aggregates[i]?.aggregate.undo ? [call.name] : [],
  );
  const names = [...new Set(foreign)];
  if (names.length === 0) return;
  const listed = names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  throw refuse(
    `The aggregation function${names.length === 1 ? "" : "s"} ${listed} cannot be applied to a table source, only to a stream source.`,
  );
}

export function nullColumn(): Error {
  return refuse(
    "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
  );
}

function isByKey(groupBy: readonly Expression[], source: Source): boolean {
  return (
    source.window === undefined &&
    source.keys.length === groupBy.length &&
    groupBy.every((e, i) => e.kind === "column" && e.name === source.keys[i]?.name)
  );
}

function scopeOfGroups(
  by: readonly Compiled[],
  aggregates: readonly BoundAggregate[],
  bounds: readonly string[],
  { now }: Scope,
): Scope {
  const columns: ScopeColumn[] = [];
  for (const [i, { type }] of by.entries()) {
    if (type) columns.push({ name: `#G${i}`, type, index: columns.length });
    else throw refuse("GROUP BY of NULL is not supported");
  }
  for (const [i, { aggregate }] of aggregates.entries()) {
    columns.push({ name: `#A${i}`, type: aggregate.type, index: columns.length });
  }
  for (const name of bounds) columns.push({ name, type: BIGINT, index: columns.length });
  return { source: "", alias: "", columns, ...(now ? { now } : {}) };
}

function checkGroupBy(groupBy: readonly Expression[], scope: Scope, windowed: boolean): void {
  const identity = new ExpressionIdentity();
  const seen = new Set<number>();
  for (const expression of groupBy) {
    checkBounds(expression, windowed, scope);
    const before = seen.size;
    if (seen.add(identity.of(expression)).size === before) {
      const text = formatExpression(expression, (c) => `${quoteName(scope.alias)}.${quoteName(c.name)}`);
      throw refuse(`Duplicate GROUP BY expression: ${text}`);
    }
    const [aggregate] = aggregatesIn(expression);
    if (aggregate) {
      throw refuse(
        `GROUP BY does not support aggregate functions: ${aggregate.name} is an aggregate function.`,
      );
    }
  }
}

function checkBounds(expression: Expression, windowed: boolean, scope?: Scope): void {
  const bound = columnsOf(expression).find((c) => BOUNDS.includes(c.name));
  if (!bound || !windowed || scope?.columns.some((c) => c.name === bound.name)) return;
  throw refuse(
    `Window bounds column ${bound.name} can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions.\nSee https://github.com/confluentinc/ksql/issues/4397`,
  );
}

/**
 * Every function must exist, none aggregates what was aggregated, and none is given a window's bounds.
 *
 * @param inside - the aggregate that this is an argument of.
 */
function checkCalls(expression: Expression, windowed: boolean, inside?: string): void {
  if (expression.kind === "call") checkFunction(expression.name);
  if (inside !== undefined && expression.kind === "column") checkBounds(expression, windowed);
  const aggregate = isAggregate(expression) ? expression.name : undefined;
  if (aggregate !== undefined && inside !== undefined) {
    throw refuse(`Aggregate functions can not be nested: ${inside}(${aggregate}())`);
  }
  for (const child of childrenOf(expression)) checkCalls(child, windowed, aggregate ?? inside);
}

function checkFunction(name: string): void {
  refuseLeftOut(name);
  if (!AGGREGATES.has(name) && !SCALAR_FUNCTIONS.includes(name)) {
    throw refuse(`Can't find any functions with the name '${name}'`);
  }
}

function aggregatesIn(expression: Expression): readonly Extract<Expression, { kind: "call" }>[] {
  return isAggregate(expression) ? [expression] : childrenOf(expression).flatMap(aggregatesIn);
}

/** Columns that are neither grouped by nor aggregated. */
function foreignParts(rewritten: Expression, bounds: readonly string[]): readonly Expression[] {
  return columnsOf(rewritten).filter((c) => !c.name.startsWith("#") && !bounds.includes(c.name));
}
