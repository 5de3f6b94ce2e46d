import { refuse } from "../errors.ts";
import type { Expression } from "../sql/ast.ts";
import { formatExpression } from "../sql/format.ts";
import { type BaseType, BOOLEAN, type SqlType, typeText } from "../sql/types.ts";
import { castConversion } from "../values/cast.ts";
import { likeMatcher } from "../values/like.ts";
import type { Row, Value } from "../values/value.ts";
import { comparer, incomparable, type Operand } from "./comparison.ts";
import type { Compiled } from "./compiled.ts";

/** `a BETWEEN low AND high`: false when any of the three is NULL. */
export function between(operand: Operand, low: Operand, high: Operand, negated: boolean): Compiled {
  const above = bound(">=", operand, low);
  const below = bound("<=", operand, high);
  return {
    type: BOOLEAN,
    evaluate(row) {
      const value = operand.evaluate(row);
      const min = low.evaluate(row);
      const max = high.evaluate(row);
      if (value === null || min === null || max === null) return false;
      return (above(value, min) >= 0 && below(value, max) <= 0) !== negated;
    },
  };
}

function bound(op: ">=" | "<=", operand: Operand, limit: Operand): NonNullable<ReturnType<typeof comparer>> {
  if (!operand.type || !limit.type) return () => Number.NaN;
  const compare = comparer(operand.type, limit.type);
  if (!compare) throw refuse(`Invalid expression: ${incomparable(op, operand, limit).message}`);
  return compare;
}

/**
 * `a LIKE pattern`: `%` any text, `_` one character, case-sensitive.
 *
 * @param escapeBy - the character that makes the next one literal.
 */
export function like(
  operand: Operand,
  pattern: Operand,
  escapeBy: string | undefined,
  negated: boolean,
): Compiled {
  for (const side of [operand, pattern]) {
    if (side.type && side.type.base !== "STRING") {
      throw refuse(
        `The column type for Like condition must be VARCHAR. The column type is ${typeText(side.type)}`,
      );
    }
  }
  let last: { readonly pattern: string; readonly matches: (text: string) => boolean } | undefined;
  return {
    type: BOOLEAN,
    evaluate(row) {
      const text = operand.evaluate(row);
      const wanted = pattern.evaluate(row);
      if (typeof text !== "string" || typeof wanted !== "string") return false;
      if (last?.pattern !== wanted) last = { pattern: wanted, matches: likeMatcher(wanted, escapeBy) };
      return last.matches(text) !== negated;
    },
  };
}

/**
 * `a IN (…)`: literals take the type of `a` where they can; NULL is in no list.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID: `Invalid Predicate: …`
 */
export function inList(
  operand: Operand,
  list: readonly (Operand & { readonly expression: Expression })[],
  negated: boolean,
): Compiled {
  const { type } = operand;
  if (!type) throw refuse("Invalid Predicate: NULL IN (...) is not supported");
  const members = list
    .filter((member) => member.type !== null)
    .map((member) => membership(type, member.expression, member));
  return {
    type: BOOLEAN,
    evaluate(row) {
      const value = operand.evaluate(row);
      if (value === null) return negated;
      return members.some((member) => member(value, row)) !== negated;
    },
  };
}

function membership(
  type: SqlType,
  expression: Expression,
  member: Operand,
): (value: Exclude<Value, null>, row: Row) => boolean {
  const from = member.type ?? type;
  if (expression.kind === "string" && type.base !== "STRING") {
    const literal = coerced(expression.value, type);
    return (value) => comparer(type, type)?.(value, literal) === 0;
  }
  // A literal in a list of strings is compared as text.
  if (type.base === "STRING" && isLiteral(expression)) {
    const text = expression.kind === "string" ? expression.value : formatExpression(expression);
    return (value) => value === text;
  }
  const compare = comparer(type, from);
  if (!compare) {
    throw refuse(
      `Invalid Predicate: operator does not exist: ${typeText(type)} = ${typeText(from)} (${member.text()})`,
    );
  }
  return (value, row) => {
    const other = member.evaluate(row);
    return other !== null && compare(value, other) === 0;
  };
}

/** Stricter than CAST: 'ten' is no INTEGER, and 'maybe' no BOOLEAN. */
const PATTERNS: Readonly<Partial<Record<BaseType, RegExp>>> = {
  INTEGER: /^[+-]?\d+$/,
  BIGINT: /^[+-]?\d+$/,
  BOOLEAN: /^(t|tr|tru|true|y|ye|yes|f|fa|fal|fals|false|n|no)$/i,
};

const LITERALS: readonly Expression["kind"][] = [
  "boolean",
  "integer",
  "bigint",
  "decimal",
  "double",
  "string",
];

function isLiteral(expression: Expression): boolean {
  return LITERALS.includes(expression.kind);
}

function coerced(text: string, type: SqlType): Exclude<Value, null> {
  try {
    const value = castConversion({ base: "STRING" }, type)(text);
    if (value !== null && (PATTERNS[type.base]?.test(text.trim()) ?? true)) return value;
  } catch {
    // Told below.
  }
  throw refuse(`Invalid Predicate: invalid input syntax for type ${type.base}: "${text}".`);
}
