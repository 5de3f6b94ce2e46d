import { named, typeError } from "../errors.ts";
import type { Expression } from "../sql/ast.ts";
import {
  asDecimalType,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimalType,
  INTEGER,
  isNumeric,
  isTemporal,
  type SqlType,
  typeText,
  widensBase,
} from "../sql/types.ts";
import { castConversion } from "../values/cast.ts";
import { Decimal } from "../values/decimal.ts";
import { compareValues, type Row, type Value, valueText } from "../values/value.ts";
import type { Operand } from "./comparison.ts";
import type { Compiled } from "./compiled.ts";

/** One of the expressions that are brought to a common type. */
interface Member extends Operand {
  readonly expression: Expression;
}

/**
 * `a IN (…)`: the operand and the list take one type, which the first of them leads; a literal is converted to it, an
 * expression is cast (ksqlDB's `CoercionUtil`). NULL is in no list, and no list holds it.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID: `Invalid Predicate: …`
 */
export function inList(operand: Member, list: readonly Member[], negated: boolean): Compiled {
  const listed = list.filter((member) => member.expression.kind !== "null");
  return named("Invalid Predicate: ", () => {
    const common = commonType([operand, ...listed]);
    if (!common) return { type: BOOLEAN, evaluate: () => negated };
    const of = converted(operand, common);
    const members = listed.map((member) => converted(member, common));
    return {
      type: BOOLEAN,
      evaluate(row: Row) {
        const value = of(row);
        if (value === null) return negated;
        const isMember = members.some((member) => {
          const other = member(row);
          return other !== null && compareValues(value, other) === 0;
        });
        return isMember !== negated;
      },
    };
  });
}

/** @returns undefined when all of them are NULL. */
function commonType(members: readonly Member[]): SqlType | undefined {
  let common: SqlType | undefined;
  for (const { type, expression, text } of members) {
    if (!type) continue;
    if (!common) common = type;
    else if (expression.kind === "string" && isNumeric(common)) {
      common = wider(numberType(expression.value, common), common) ?? DOUBLE;
    } else if (expression.kind === "string" && common.base === "BOOLEAN") {
      if (!BOOLEANS.test(expression.value.trim())) throw notOfType(expression.value, common);
    } else {
      const lax = isLiteral(expression);
      const found: SqlType | undefined = coerced(type, common, lax) ?? coerced(common, type, lax);
      if (!found) {
        throw typeError(
          `operator does not exist: ${typeText(common)} = ${typeText(type)} (${text()})\nHint: You might need to add explicit type casts.`,
        );
      }
      common = found;
    }
  }
  return common;
}

const BOOLEANS = /^(?:t|tr|tru|true|y|ye|yes|f|fa|fal|fals|false|n|no)$/i;

const LITERALS: ReadonlySet<Expression["kind"]> = new Set([
  "boolean",
  "integer",
  "bigint",
  "decimal",
  "double",
  "string",
]);

function isLiteral(expression: Expression): boolean {
  return LITERALS.has(expression.kind);
}

/** The type that values of `from` take when they become `to`; undefined where ksqlDB's `DefaultSqlValueCoercer` has none. */
function coerced(from: SqlType, to: SqlType, lax: boolean): SqlType | undefined {
  if (isNumeric(from) && isNumeric(to)) return widensBase(from.base, to.base) ? wider(from, to) : undefined;
  if (from.base === to.base) return to;
  if (from.base === "STRING" && (isTemporal(to) || to.base === "BYTES")) return to;
  if (!lax) return undefined;
  if (to.base === "STRING" && from.base !== "BYTES") return to;
  return from.base === "STRING" && (isNumeric(to) || to.base === "BOOLEAN") ? to : undefined;
}

/** The number type that holds both. */
function wider(a: SqlType, b: SqlType): SqlType {
  if (a.base === "DOUBLE" || b.base === "DOUBLE") return DOUBLE;
  if (a.base !== "DECIMAL" && b.base !== "DECIMAL") return widensBase(a.base, b.base) ? b : a;
  const [x, y] = [asDecimalType(a), asDecimalType(b)];
  const scale = Math.max(x.scale ?? 0, y.scale ?? 0);
  const whole = Math.max((x.precision ?? 0) - (x.scale ?? 0), (y.precision ?? 0) - (y.scale ?? 0));
  return decimalType(whole + scale, scale);
}

/** The type of a number in a text. */
function numberType(text: string, target: SqlType): SqlType {
  const number = Decimal.parse(text);
  if (!number) throw notOfType(text, target);
  if (!/[.eE]/.test(text)) {
    const whole = number.unscaled;
    if (BigInt.asIntN(32, whole) === whole) return INTEGER;
    if (BigInt.asIntN(64, whole) === whole) return BIGINT;
  }
  return decimalType(Math.max(number.precision, number.scale), number.scale);
}

function notOfType(text: string, { base }: SqlType): Error {
  return typeError(`invalid input syntax for type ${base}: "${text}".`);
}

/** A member as a function of a row, in the common type. A literal is converted once. */
function converted({ type, expression, evaluate }: Member, common: SqlType): (row: Row) => Value {
  if (!type) return () => null;
  const convert = conversion(type, common, isLiteral(expression));
  if (!isLiteral(expression)) {
    return (row) => {
      const value = evaluate(row);
      return value === null ? null : convert(value);
    };
  }
  const literal = evaluate([]);
  const value = literal === null ? null : literalAs(literal, type, common, convert);
  return () => value;
}

function conversion(from: SqlType, to: SqlType, literal: boolean): (value: Exclude<Value, null>) => Value {
  if (literal && to.base === "STRING") return (value) => valueText(value, from);
  return castConversion(from, to);
}

function literalAs(
  literal: Exclude<Value, null>,
  type: SqlType,
  common: SqlType,
  convert: (value: Exclude<Value, null>) => Value,
): Value {
  try {
    return convert(literal);
  } catch {
    throw notOfType(valueText(literal, type), common);
  }
}
