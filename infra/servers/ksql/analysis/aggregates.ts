import { typeError } from "../errors.ts";
import type { Expression } from "../sql/ast.ts";
import { childrenOf } from "../sql/children.ts";
import { type BaseType, BIGINT, DOUBLE, INTEGER, isNumeric, type SqlType, typeText } from "../sql/types.ts";
import { toDecimal } from "../values/cast.ts";
import { Decimal } from "../values/decimal.ts";
import { compareValues, type Row, type Value } from "../values/value.ts";
import type { Compiled } from "./compiled.ts";
import { shownName } from "./functions/names.ts";

/** One aggregate function over one group. NULL inputs are left out, except by COUNT(*). */
export interface Aggregate {
  readonly type: SqlType;
  /** The types of the parts of the state, for storing it. */
  readonly stateTypes: readonly SqlType[];
  readonly initial: readonly Value[];
  add(state: readonly Value[], value: Value): readonly Value[];
  /** Take a value back that the source table no longer has; absent where that cannot be done. */
  undo?(state: readonly Value[], value: Value): readonly Value[];
  /** @throws Error when it has no result: a sum with more digits than its type. */
  result(state: readonly Value[]): Value;
}

export const AGGREGATES: ReadonlySet<string> = new Set([
  "COUNT",
  "SUM",
  "MIN",
  "MAX",
  "AVG",
  "LATEST_BY_OFFSET",
  "EARLIEST_BY_OFFSET",
]);

export function isAggregate(e: Expression): e is Extract<Expression, { kind: "call" }> {
  return e.kind === "call" && AGGREGATES.has(e.name);
}

export function containsAggregate(e: Expression): boolean {
  return isAggregate(e) || childrenOf(e).some(containsAggregate);
}

/** An aggregate bound to its argument. */
export interface BoundAggregate {
  readonly aggregate: Aggregate;
  readonly argument: (row: Row) => Value;
  readonly argumentType: SqlType;
}

const ONE: Value = 1;

/**
 * @throws {CodedError} KSQL_STATEMENT_INVALID when the argument's type does not fit.
 */
export function bindAggregate(name: string, args: readonly Compiled[]): BoundAggregate {
  const [arg, second] = args;
  const ignoreNulls = second?.evaluate([]) !== false;
  if (args.some(({ isUnit }) => isUnit)) throw refusedArguments(name, args);
  const aggregate = aggregateOf(name, arg?.type ?? (arg ? INTEGER : null), ignoreNulls);
  const extra = name.endsWith("_OFFSET") ? args.length > 2 : args.length > 1;
  if (!aggregate || extra || (args.length === 0 && name !== "COUNT")) {
    throw refusedArguments(name, args);
  }
  return { aggregate, argument: arg ? arg.evaluate : () => ONE, argumentType: arg?.type ?? INTEGER };
}

function refusedArguments(name: string, args: readonly Compiled[]): Error {
  const given = args.map(({ type, isUnit }) => (isUnit ? "INTERVALUNIT" : type ? typeText(type) : "null"));
  return typeError(`Function '${shownName(name)}' does not accept parameters (${given.join(", ")}).`);
}

function aggregateOf(name: string, type: SqlType | null, ignoreNulls: boolean): Aggregate | undefined {
  switch (name) {
    case "COUNT":
      return COUNT;
    case "SUM":
      return type && isNumeric(type) ? sum(type) : undefined;
    case "AVG":
      return type && isNumeric(type) && type.base !== "DECIMAL" ? AVG : undefined;
    case "MIN":
      return type && ORDERED.has(type.base) ? extreme(type, (order) => order < 0) : undefined;
    case "MAX":
      return type && ORDERED.has(type.base) ? extreme(type, (order) => order > 0) : undefined;
    case "LATEST_BY_OFFSET":
      return type ? byOffset(type, ignoreNulls, true) : undefined;
    case "EARLIEST_BY_OFFSET":
      return type ? byOffset(type, ignoreNulls, false) : undefined;
    default:
      return undefined;
  }
}

const ORDERED: ReadonlySet<BaseType> = new Set<BaseType>([
  "INTEGER",
  "BIGINT",
  "DECIMAL",
  "DOUBLE",
  "STRING",
  "BYTES",
  "DATE",
  "TIME",
  "TIMESTAMP",
]);

const COUNT: Aggregate = {
  type: BIGINT,
  stateTypes: [BIGINT],
  initial: [0n],
  add: ([n], value) => [value === null ? (n ?? 0n) : (n as bigint) + 1n],
  undo: ([n], value) => [value === null ? (n ?? 0n) : (n as bigint) - 1n],
  result: ([n]) => n ?? 0n,
};

function plus(type: SqlType, a: Value, b: Value, sign: 1 | -1): Value {
  if (a instanceof Decimal && b instanceof Decimal) {
    return new Decimal(a.unscaled + BigInt(sign) * b.unscaled, a.scale);
  }
  if (type.base === "BIGINT") return BigInt.asIntN(64, (a as bigint) + BigInt(sign) * (b as bigint));
  const total = Number(a) + sign * Number(b);
  return type.base === "INTEGER" ? total | 0 : total;
}

function sum(type: SqlType): Aggregate {
  const zero: Value =
    type.base === "DECIMAL" ? new Decimal(0n, type.scale ?? 0) : type.base === "BIGINT" ? 0n : 0;
  return {
    type,
    stateTypes: [type],
    initial: [zero],
    add: ([total = zero], value) => [value === null ? total : plus(type, total, value, 1)],
    undo: ([total = zero], value) => [value === null ? total : plus(type, total, value, -1)],
    result: ([total = zero]) => (total instanceof Decimal ? toDecimal(total, type) : total),
  };
}

const AVG: Aggregate = {
  type: DOUBLE,
  stateTypes: [DOUBLE, BIGINT],
  initial: [0, 0n],
  add: ([total = 0, n = 0n], value) =>
    value === null ? [total, n] : [Number(total) + Number(value), (n as bigint) + 1n],
  undo: ([total = 0, n = 0n], value) =>
    value === null ? [total, n] : [Number(total) - Number(value), (n as bigint) - 1n],
  result: ([total, n]) => (n === 0n ? 0 : Number(total) / Number(n)),
};

function extreme(type: SqlType, better: (order: number) => boolean): Aggregate {
  return {
    type,
    stateTypes: [type],
    initial: [null],
    add: ([best = null], value) =>
      value !== null && (best === null || better(compareValues(value, best))) ? [value] : [best],
    result: ([best = null]) => best,
  };
}

function byOffset(type: SqlType, ignoreNulls: boolean, latest: boolean): Aggregate {
  return {
    type,
    stateTypes: [type, BIGINT],
    // The second part counts what was taken, so that a NULL can be the earliest.
    initial: [null, 0n],
    add: ([kept = null, n = 0n], value) => {
      if (value === null && ignoreNulls) return [kept, n];
      return latest || n === 0n ? [value, 1n] : [kept, n];
    },
    result: ([kept = null]) => kept,
  };
}
