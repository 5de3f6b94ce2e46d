import { typeError } from "../errors.ts";
import type { ComparisonOperator } from "../sql/ast.ts";
import { BOOLEAN, isNumeric, isTemporal, type SqlType, typeText } from "../sql/types.ts";
import { castConversion } from "../values/cast.ts";
import { Decimal } from "../values/decimal.ts";
import { compareValues, type Value } from "../values/value.ts";
import type { Compiled } from "./compiled.ts";

const NAMES: Readonly<Record<ComparisonOperator, string>> = {
  "=": "EQUAL",
  "<>": "NOT_EQUAL",
  "<": "LESS_THAN",
  "<=": "LESS_THAN_OR_EQUAL",
  ">": "GREATER_THAN",
  ">=": "GREATER_THAN_OR_EQUAL",
  "IS DISTINCT FROM": "IS_DISTINCT_FROM",
  "IS NOT DISTINCT FROM": "IS_NOT_DISTINCT_FROM",
};

const HOLDS: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "IS DISTINCT FROM": (order) => order !== 0,
  "IS NOT DISTINCT FROM": (order) => order === 0,
};

/** Order of two values of possibly different types; neither is null. */
type Comparer = (a: Exclude<Value, null>, b: Exclude<Value, null>) => number;

/** @returns undefined when the two types cannot be compared. */
export function comparer(left: SqlType, right: SqlType): Comparer | undefined {
  if (isNumeric(left) && isNumeric(right)) {
    if (left.base === right.base) return compareValues;
    if (left.base === "DECIMAL" || right.base === "DECIMAL") return compareExactly;
    return (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  }
  if (left.base === right.base) return compareValues;
  if (isTemporal(left) && right.base === "STRING") {
    const convert = castConversion(right, left);
    return (a, b) => compareValues(a, convert(b));
  }
  if (left.base === "STRING" && isTemporal(right)) {
    const convert = castConversion(left, right);
    return (a, b) => compareValues(convert(a), b);
  }
  if (left.base === "TIMESTAMP" && right.base === "DATE") {
    const convert = castConversion(right, left);
    return (a, b) => compareValues(a, convert(b));
  }
  if (left.base === "DATE" && right.base === "TIMESTAMP") {
    const convert = castConversion(left, right);
    return (a, b) => compareValues(convert(a), b);
  }
  return undefined;
}

function compareExactly(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  const exact = (value: Exclude<Value, null>): Decimal =>
    value instanceof Decimal ? value : (Decimal.parse(String(value)) ?? new Decimal(0n, 0));
  return compareValues(exact(a), exact(b));
}

export interface Operand extends Compiled {
  /** As ksqlDB's messages print it. */
  readonly text: () => string;
}

/**
 * A comparison: false when a side is NULL, except IS [NOT] DISTINCT FROM, for which NULL is a value.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID (typing): `Cannot compare A (INTEGER) to 'x' (STRING) with EQUAL.`
 */
export function comparison(op: ComparisonOperator, left: Operand, right: Operand): Compiled {
  const distinct = op === "IS DISTINCT FROM" || op === "IS NOT DISTINCT FROM";
  if (!left.type || !right.type) {
    if (!distinct) throw withNull(op, left, right);
  }
  const compare = left.type && right.type ? comparer(left.type, right.type) : () => 1;
  const orderless = left.type?.base === "BOOLEAN" && !distinct && op !== "=" && op !== "<>";
  if (!compare || orderless) throw incomparable(op, left, right);
  const holds = HOLDS[op];
  return {
    type: BOOLEAN,
    evaluate(row) {
      const a = left.evaluate(row);
      const b = right.evaluate(row);
      if (a === null || b === null) return distinct && (a === b) === (op === "IS NOT DISTINCT FROM");
      return holds(compare(a, b));
    },
  };
}

function withNull(op: ComparisonOperator, left: Operand, right: Operand): Error {
  const side = ({ type }: Operand): string => (type ? typeText(type) : "NULL");
  return typeError(
    `Comparison with NULL not supported: ${side(left)} ${op} ${side(right)}\nUse 'IS NULL' or 'IS NOT NULL' instead.`,
  );
}

export function incomparable(op: ComparisonOperator, left: Operand, right: Operand): Error {
  const side = (o: Operand): string => `${o.text()} (${o.type ? typeText(o.type) : "NULL"})`;
  return typeError(`Cannot compare ${side(left)} to ${side(right)} with ${NAMES[op]}.`);
}
