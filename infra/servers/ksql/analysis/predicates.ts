import { refuse } from "../errors.ts";
import { BOOLEAN, typeText } from "../sql/types.ts";
import { likeMatcher } from "../values/like.ts";
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
