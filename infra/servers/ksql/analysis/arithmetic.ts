import { typeError } from "../errors.ts";
import type { ArithmeticOperator } from "../sql/ast.ts";
import {
  asDecimalType,
  BIGINT,
  DOUBLE,
  decimalType,
  INTEGER,
  numericRank,
  type SqlType,
  STRING,
  typeText,
} from "../sql/types.ts";
import { castConversion } from "../values/cast.ts";
import { Decimal, divideHalfUp } from "../values/decimal.ts";
import { joined } from "../values/text-size.ts";
import type { Value } from "../values/value.ts";
import type { Compiled } from "./compiled.ts";

const NUMBER: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

/** 32 bits, wrapping as Java's int does. */
const INT32: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => (a + b) | 0,
  "-": (a, b) => (a - b) | 0,
  "*": (a, b) => Math.imul(a, b),
  "/": (a, b) => (a / nonZero(b)) | 0,
  "%": (a, b) => (a % nonZero(b)) | 0,
};

/** 64 bits, wrapping as Java's long does. */
const INT64: Readonly<Record<ArithmeticOperator, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => BigInt.asIntN(64, a + b),
  "-": (a, b) => BigInt.asIntN(64, a - b),
  "*": (a, b) => BigInt.asIntN(64, a * b),
  "/": (a, b) => BigInt.asIntN(64, a / b),
  "%": (a, b) => a % b,
};

function nonZero(value: number): number {
  if (value === 0) throw new Error("/ by zero");
  return value;
}

/**
 * Arithmetic as ksqlDB types it: the wider of the two numbers' types, DECIMAL by its own precision rules, `+` also
 * joins strings. NULL operands give NULL; integer division truncates.
 *
 * @param text - the expression as ksqlDB prints it, for the error.
 */
export function arithmetic(
  op: ArithmeticOperator,
  left: Compiled,
  right: Compiled,
  text: () => string,
): Compiled {
  const type = arithmeticType(op, left.type, right.type, text);
  const apply = operation(op, left.type ?? type, right.type ?? type, type);
  return {
    type,
    evaluate(row) {
      const a = left.evaluate(row);
      const b = right.evaluate(row);
      return a === null || b === null ? null : apply(a, b);
    },
  };
}

function arithmeticType(
  op: ArithmeticOperator,
  left: SqlType | null,
  right: SqlType | null,
  text: () => string,
): SqlType {
  const a = left && numericRank(left);
  const b = right && numericRank(right);
  if (left && right && typeof a === "number" && typeof b === "number") {
    if (left.base === "DOUBLE" || right.base === "DOUBLE") return DOUBLE;
    if (left.base === "DECIMAL" || right.base === "DECIMAL") {
      return decimalResult(op, asDecimalType(left), asDecimalType(right));
    }
    return a > 0 || b > 0 ? BIGINT : INTEGER;
  }
  if (op === "+" && left?.base === "STRING" && right?.base === "STRING") return STRING;
  const name = (type: SqlType | null): string => (type ? typeText(type) : "null");
  const problem =
    left && right
      ? `Unsupported arithmetic types. ${left.base} ${right.base}`
      : `Arithmetic on types ${name(left)} and ${name(right)} are not supported.`;
  throw typeError(`Error processing expression: ${text()}. ${problem}`);
}

/** The result's digits, as ksqlDB's `DecimalUtil` counts them. */
function decimalResult(op: ArithmeticOperator, left: SqlType, right: SqlType): SqlType {
  const [p1 = 0, s1 = 0, p2 = 0, s2 = 0] = [left.precision, left.scale, right.precision, right.scale];
  switch (op) {
    case "+":
    case "-":
      return decimalType(Math.max(s1, s2) + Math.max(p1 - s1, p2 - s2) + 1, Math.max(s1, s2));
    case "*":
      return decimalType(p1 + p2 + 1, s1 + s2);
    case "/": {
      const scale = Math.max(6, s1 + p2 + 1);
      return decimalType(p1 - s1 + s2 + scale, scale);
    }
    case "%":
      return decimalType(Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2));
  }
}

type NonNull = Exclude<Value, null>;

function operation(
  op: ArithmeticOperator,
  left: SqlType,
  right: SqlType,
  type: SqlType,
): (a: NonNull, b: NonNull) => Value {
  switch (type.base) {
    case "STRING":
      return (a, b) => joined([String(a), String(b)]);
    case "INTEGER":
      return (a, b) => INT32[op](Number(a), Number(b));
    case "BIGINT":
      return (a, b) => INT64[op](BigInt(a as number | bigint), BigInt(b as number | bigint));
    case "DOUBLE":
      return (a, b) => NUMBER[op](asNumber(a), asNumber(b));
    default: {
      const toLeft = castConversion(left, asDecimalType(left));
      const toRight = castConversion(right, asDecimalType(right));
      return (a, b) => decimalOperation(op, toLeft(a) as Decimal, toRight(b) as Decimal, type.scale ?? 0);
    }
  }
}

function asNumber(value: NonNull): number {
  return value instanceof Decimal ? value.toNumber() : Number(value);
}

function decimalOperation(op: ArithmeticOperator, a: Decimal, b: Decimal, scale: number): Decimal {
  const common = Math.max(a.scale, b.scale);
  const x = a.rescaled(common).unscaled;
  const y = b.rescaled(common).unscaled;
  switch (op) {
    case "+":
      return new Decimal(x + y, common).rescaled(scale);
    case "-":
      return new Decimal(x - y, common).rescaled(scale);
    case "*":
      return new Decimal(a.unscaled * b.unscaled, a.scale + b.scale).rescaled(scale);
    case "/":
      return new Decimal(divideHalfUp(x * 10n ** BigInt(scale), y), scale);
    case "%":
      return new Decimal(x % y, common).rescaled(scale);
  }
}

/** `-x` and `+x`. */
export function negate(sign: "+" | "-", operand: Compiled, text: () => string): Compiled {
  const { type } = operand;
  if (!type || numericRank(type) === undefined) {
    throw typeError(
      `Error processing expression: ${text()}. ${sign === "-" ? "Negation" : "Unary plus"} of type ${type ? typeText(type) : "null"} is not supported.`,
    );
  }
  if (sign === "+") return operand;
  return {
    type,
    evaluate(row) {
      const value = operand.evaluate(row);
      if (value === null) return null;
      if (value instanceof Decimal) return new Decimal(-value.unscaled, value.scale);
      if (typeof value === "bigint") return BigInt.asIntN(64, -value);
      return type.base === "INTEGER" ? -Number(value) | 0 : -Number(value);
    },
  };
}
