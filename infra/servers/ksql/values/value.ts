import { javaDouble } from "../../../runtime/text/java-double.ts";
import type { SqlType } from "../sql/types.ts";
import { compareDecimals, Decimal } from "./decimal.ts";
import { dateText, timestampText, timeText } from "./time-text.ts";

/**
 * A value of a column at run time: INTEGER and DOUBLE as number, BIGINT as bigint, TIMESTAMP as epoch milliseconds,
 * DATE as days since 1970-01-01, TIME as milliseconds since midnight, BYTES as Buffer.
 */
export type Value = null | boolean | number | bigint | string | Decimal | Buffer;

/** The values of a source's columns, keys first, then what `Scope` appends. */
export type Row = readonly Value[];

/** Order of two values of one type; neither is null. */
export function compareValues(a: Value, b: Value): number {
  if (a instanceof Decimal && b instanceof Decimal) return compareDecimals(a, b);
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  if (a === b || a === null || b === null) return 0;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value as text, as CAST(… AS STRING) gives it. */
export function valueText(value: Exclude<Value, null>, type: SqlType): string {
  switch (type.base) {
    case "DOUBLE":
      return javaDouble(Number(value));
    case "TIMESTAMP":
      return timestampText(Number(value));
    case "DATE":
      return dateText(Number(value));
    case "TIME":
      return timeText(Number(value));
    case "BYTES":
      return Buffer.isBuffer(value) ? value.toString("base64") : String(value);
    default:
      return String(value);
  }
}
