import { typeError } from "../errors.ts";
import { type BaseType, type SqlType, sameType, typeText } from "../sql/types.ts";
import { bytesOfBase64 } from "./base64.ts";
import { compareDecimals, Decimal } from "./decimal.ts";
import { intOf, longOf } from "./java-number.ts";
import { DAY_MS, parseDate, parseTime, parseTimestamp } from "./time-text.ts";
import { type Value, valueText } from "./value.ts";

/** Converts a value that is not null. @throws Error when it does not fit: the record is then dropped and logged. */
type Conversion = (value: Exclude<Value, null>) => Value;

const identity: Conversion = (value) => value;

/** From what to what CAST goes: everything may become STRING; ksqlDB's `CastEvaluator`. */
const ALLOWED: Readonly<Record<BaseType, readonly BaseType[]>> = {
  BOOLEAN: ["STRING"],
  INTEGER: ["BIGINT", "DECIMAL", "DOUBLE", "STRING"],
  BIGINT: ["INTEGER", "DECIMAL", "DOUBLE", "STRING"],
  DECIMAL: ["INTEGER", "BIGINT", "DOUBLE", "STRING"],
  DOUBLE: ["INTEGER", "BIGINT", "DECIMAL", "STRING"],
  STRING: ["BOOLEAN", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "TIMESTAMP", "DATE", "TIME", "BYTES"],
  BYTES: ["STRING"],
  TIMESTAMP: ["STRING", "DATE", "TIME"],
  DATE: ["STRING", "TIMESTAMP"],
  TIME: ["STRING"],
};

/** @throws {CodedError} KSQL_STATEMENT_INVALID when ksqlDB has no such cast. */
export function castConversion(from: SqlType, to: SqlType): Conversion {
  if (sameType(from, to)) return identity;
  const sameBase = from.base === to.base;
  if (!sameBase && !ALLOWED[from.base].includes(to.base)) {
    throw typeError(`Cast of ${typeText(from)} to ${typeText(to)} is not supported`);
  }
  switch (to.base) {
    case "STRING":
      return (value) => valueText(value, from);
    case "BOOLEAN":
      return (value) => parseBoolean(String(value));
    case "INTEGER":
      return (value) => toInteger(value);
    case "BIGINT":
      return (value) => toBigint(value);
    case "DOUBLE":
      return (value) => toDouble(value);
    case "DECIMAL":
      return (value) => toDecimal(value, to);
    case "TIMESTAMP":
      return from.base === "DATE" ? (value) => Number(value) * DAY_MS : parsing(parseTimestamp, to);
    case "DATE":
      return from.base === "TIMESTAMP"
        ? (value) => Math.floor(Number(value) / DAY_MS)
        : parsing(parseDate, to);
    case "TIME":
      return from.base === "TIMESTAMP"
        ? (value) => ((Number(value) % DAY_MS) + DAY_MS) % DAY_MS
        : parsing(parseTime, to);
    case "BYTES":
      return (value) => bytesOfBase64(String(value));
  }
}

function parsing(parse: (text: string) => number | undefined, type: SqlType): Conversion {
  return (value) => {
    const parsed = parse(String(value));
    if (parsed === undefined) throw new Error(`not a ${type.base}: ${String(value)}`);
    return parsed;
  };
}

/** Any prefix of `true` or `yes` and of `false` or `no`, whatever the case; else false, as ksqlDB has it. */
function parseBoolean(text: string): boolean {
  const lower = text.trim().toLowerCase();
  return lower !== "" && ("true".startsWith(lower) || "yes".startsWith(lower));
}

function toInteger(value: Exclude<Value, null>): number {
  if (typeof value === "number") return intOf(value);
  const whole = toBigint(value);
  if (typeof value === "string" && BigInt.asIntN(32, whole) !== whole)
    throw new Error(`no INTEGER: ${value}`);
  return Number(BigInt.asIntN(32, whole));
}

/** Characters, with some zeros in front. */
const LONGEST_BIGINT = 100;

function toBigint(value: Exclude<Value, null>): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return longOf(value);
  if (value instanceof Decimal) return value.unscaled / 10n ** BigInt(value.scale);
  const text = String(value).trim();
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`not a whole number: ${text}`);
  const whole = text.length > LONGEST_BIGINT ? undefined : BigInt(text.replace(/^\+/, ""));
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) throw new Error(`no BIGINT: ${text}`);
  return whole;
}

function toDouble(value: Exclude<Value, null>): number {
  if (value instanceof Decimal) return value.toNumber();
  const number = typeof value === "string" ? Number(value.trim() === "" ? "x" : value) : Number(value);
  if (typeof value === "string" && Number.isNaN(number) && value !== "NaN")
    throw new Error(`not a number: ${value}`);
  return number;
}

function exactDecimal(value: Exclude<Value, null>): Decimal {
  if (value instanceof Decimal) return value;
  const exact = typeof value === "bigint" ? new Decimal(value, 0) : Decimal.parse(String(value));
  if (!exact) throw new Error(`not a number: ${String(value)}`);
  return exact;
}

/**
 * A number as the type has it, every digit kept (ksqlDB's `DecimalUtil.ensureFit`).
 *
 * @throws Error when it would have to be rounded, or has more digits in front of the point than the type.
 */
export function fitDecimal(value: Exclude<Value, null>, type: SqlType): Decimal {
  const exact = exactDecimal(value);
  const fit = toDecimal(exact, type);
  if (compareDecimals(fit, exact) === 0) return fit;
  throw new Error(
    `Cannot fit decimal '${exact}' into DECIMAL(${type.precision}, ${type.scale}) without rounding.`,
  );
}

/** Rounded to the type's scale, as CAST does. @throws Error when the number has more digits in front of the point. */
export function toDecimal(value: Exclude<Value, null>, type: SqlType): Decimal {
  const scale = type.scale ?? 0;
  const exact = exactDecimal(value);
  const scaled = exact.rescaled(scale);
  if (scaled.unscaled !== 0n && scaled.precision > (type.precision ?? 0)) {
    throw new Error(
      `Numeric field overflow: A field with precision ${type.precision} and scale ${scale} cannot hold ${exact}`,
    );
  }
  return scaled;
}
