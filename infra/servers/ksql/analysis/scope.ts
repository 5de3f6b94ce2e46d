import { refuse, typeError } from "../errors.ts";
import type { Expression } from "../sql/ast.ts";
import { childrenOf } from "../sql/children.ts";
import { quoteName } from "../sql/format.ts";
import type { SqlType } from "../sql/types.ts";

export interface ScopeColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Place in the rows that compiled expressions read. */
  readonly index: number;
  /** A column whose name SQL gives, such as ROWTIME. */
  readonly system?: true;
}

/** The columns that expressions of one clause may name, and the order of values in its rows. */
export interface Scope {
  readonly source: string;
  readonly alias: string;
  readonly columns: readonly ScopeColumn[];
  /** The wall clock, epoch ms; left out where no function may ask it. */
  readonly now?: () => number;
}

type ColumnReference = Extract<Expression, { kind: "column" }>;

const indexes = new WeakMap<Scope, ReadonlyMap<string, ScopeColumn>>();

/** Of several columns of a name, the first. */
function findColumn(scope: Scope, name: string): ScopeColumn | undefined {
  let index = indexes.get(scope);
  if (!index) {
    index = new Map(scope.columns.toReversed().map((column) => [column.name, column]));
    indexes.set(scope, index);
  }
  return index.get(name);
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID (typing): `Unknown column X.` */
export function resolveColumn(scope: Scope, reference: ColumnReference): ScopeColumn {
  const column = findColumn(scope, reference.name);
  if (column) return column;
  throw typeError(`Unknown column ${quoteName(reference.name)}.`);
}

/**
 * Every column that an expression names must be one of the source's.
 *
 * @param also - names that are known without being in the scope, for example a window's bounds.
 * @throws {CodedError} KSQL_STATEMENT_INVALID: `WHERE column 'X' cannot be resolved.`
 */
export function checkColumns(
  clause: string,
  expression: Expression,
  scope: Scope,
  also: readonly string[] = [],
): void {
  for (const reference of columnsOf(expression)) {
    if (
      reference.source !== undefined &&
      reference.source !== scope.alias &&
      reference.source !== scope.source
    ) {
      throw refuse(
        `Failed to prepare statement: '${reference.source}' is not a valid stream/table name or alias.`,
      );
    }
    if (!findColumn(scope, reference.name) && !also.includes(reference.name)) {
      const shown = (reference.source ? `${quoteName(reference.source)}.` : "") + quoteName(reference.name);
      throw refuse(`${clause} column '${shown}' cannot be resolved.`);
    }
  }
}

export function columnsOf(e: Expression): readonly ColumnReference[] {
  return e.kind === "column" ? [e] : childrenOf(e).flatMap(columnsOf);
}

/** `e` with each part that `replace` answers for put in its place; parts of a replaced part are left alone. */
export function rewrite(e: Expression, replace: (part: Expression) => Expression | undefined): Expression {
  const replaced = replace(e);
  if (replaced) return replaced;
  const r = (part: Expression): Expression => rewrite(part, replace);
  switch (e.kind) {
    case "arithmetic":
    case "comparison":
    case "logical":
      return { ...e, left: r(e.left), right: r(e.right) };
    case "negate":
    case "not":
    case "is-null":
    case "cast":
      return { ...e, operand: r(e.operand) };
    case "between":
      return { ...e, operand: r(e.operand), low: r(e.low), high: r(e.high) };
    case "in":
      return { ...e, operand: r(e.operand), list: e.list.map(r) };
    case "like":
      return { ...e, operand: r(e.operand), pattern: r(e.pattern) };
    case "call":
      return { ...e, args: e.args.map(r) };
    case "case":
      return {
        ...e,
        ...(e.operand ? { operand: r(e.operand) } : {}),
        branches: e.branches.map((b) => ({ when: r(b.when), result: r(b.result) })),
        ...(e.otherwise ? { otherwise: r(e.otherwise) } : {}),
      };
    default:
      return e;
  }
}
