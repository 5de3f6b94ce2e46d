import { refuse } from "../errors.ts";

/** The SQL types this server knows; nested ones (ARRAY, MAP, STRUCT) are ksqlDB's alone. */
export type BaseType =
  | "BOOLEAN"
  | "INTEGER"
  | "BIGINT"
  | "DECIMAL"
  | "DOUBLE"
  | "STRING"
  | "BYTES"
  | "TIMESTAMP"
  | "DATE"
  | "TIME";

export interface SqlType {
  readonly base: BaseType;
  /** DECIMAL only: number of digits, and how many of them behind the point. */
  readonly precision?: number;
  readonly scale?: number;
}

const simple = (base: BaseType): SqlType => Object.freeze({ base });
export const BOOLEAN = simple("BOOLEAN");
export const INTEGER = simple("INTEGER");
export const BIGINT = simple("BIGINT");
export const DOUBLE = simple("DOUBLE");
export const STRING = simple("STRING");
export const BYTES = simple("BYTES");
export const TIMESTAMP = simple("TIMESTAMP");
export const DATE = simple("DATE");
export const TIME = simple("TIME");

/** 10 to this power is still reckoned with at once. */
const MAX_PRECISION = 1000;

/** @throws {CodedError} KSQL_STATEMENT_INVALID for no digits, and for more than this server reckons with. */
export function decimalType(precision: number, scale: number): SqlType {
  if (precision < 1) throw refuse(`DECIMAL precision must be >= 1: DECIMAL(${precision},${scale})`);
  if (scale > precision) throw refuse(`DECIMAL precision must be >= scale: DECIMAL(${precision},${scale})`);
  if (precision > MAX_PRECISION) {
    throw refuse(`DECIMAL precision must be <= ${MAX_PRECISION}: DECIMAL(${precision},${scale})`);
  }
  return { base: "DECIMAL", precision, scale };
}

const BY_NAME: Readonly<Record<string, SqlType>> = {
  BOOLEAN,
  INT: INTEGER,
  INTEGER,
  BIGINT,
  DOUBLE,
  STRING,
  VARCHAR: STRING,
  BYTES,
  TIMESTAMP,
  DATE,
  TIME,
};

/** The type of a name such as `varchar`; undefined for DECIMAL, nested and unknown names. */
export function typeNamed(name: string): SqlType | undefined {
  return BY_NAME[name.toUpperCase()];
}

/** `DECIMAL(4, 2)`, `INTEGER`: as ksqlDB prints types. */
export function typeText(type: SqlType): string {
  return type.base === "DECIMAL" ? `DECIMAL(${type.precision}, ${type.scale})` : type.base;
}

export function sameType(a: SqlType, b: SqlType): boolean {
  return a.base === b.base && a.precision === b.precision && a.scale === b.scale;
}

const NUMERIC: readonly BaseType[] = ["INTEGER", "BIGINT", "DECIMAL", "DOUBLE"];

/** A place in the order INTEGER < BIGINT < DECIMAL < DOUBLE, in which numbers widen; undefined for no number. */
export function numericRank(type: SqlType): number | undefined {
  const rank = NUMERIC.indexOf(type.base);
  return rank < 0 ? undefined : rank;
}

export function isNumeric(type: SqlType): boolean {
  return numericRank(type) !== undefined;
}

const TEMPORAL: readonly BaseType[] = ["TIMESTAMP", "DATE", "TIME"];

export function isTemporal(type: SqlType): boolean {
  return TEMPORAL.includes(type.base);
}

/** INTEGER and BIGINT as the DECIMAL that holds them. */
export function asDecimalType(type: SqlType): SqlType {
  if (type.base === "INTEGER") return decimalType(10, 0);
  if (type.base === "BIGINT") return decimalType(19, 0);
  return type;
}

/** Is every number of type `from` also one of type `to`? */
export function widensBase(from: BaseType, to: BaseType): boolean {
  const a = NUMERIC.indexOf(from);
  return a >= 0 && NUMERIC.indexOf(to) >= a;
}
