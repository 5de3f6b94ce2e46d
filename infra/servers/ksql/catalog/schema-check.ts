import { refuse } from "../errors.ts";
import { quoteName } from "../sql/format.ts";
import { typeText } from "../sql/types.ts";
import type { Column, FormatName, Source } from "./source.ts";
import { firstTwice } from "./twice.ts";

const RESERVED = new Set(["ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND"]);
const KAFKA_TYPES = new Set(["INTEGER", "BIGINT", "DOUBLE", "STRING", "BYTES"]);

/** @throws {CodedError} KSQL_STATEMENT_INVALID for names that SQL keeps for itself. */
export function checkNames(columns: readonly Column[]): void {
  for (const { name } of columns) {
    if (RESERVED.has(name))
      throw refuse(`'${name}' is a reserved column name. You cannot use it as a name for a column.`);
  }
  const twice = firstTwice(columns.map((column) => column.name));
  if (twice !== undefined) throw refuse(`Duplicate column names: ${quoteName(twice)}`);
}

export function isReservedColumn(name: string): boolean {
  return RESERVED.has(name);
}

/**
 * The column that gives a row's time must be there, and of a type that is one.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with the texts of ksqlDB's `TimestampExtractionPolicyFactory`.
 */
export function checkTimestamp(columns: readonly Column[], timestamp: Source["timestamp"]): void {
  if (!timestamp) return;
  const column = columns.find((c) => c.name === timestamp.column);
  if (!column) {
    throw refuse(
      `The TIMESTAMP column set in the WITH clause does not exist in the schema: '${timestamp.column}'`,
    );
  }
  const { base } = column.type;
  if (base === "STRING" && timestamp.format === undefined) {
    throw refuse("A String timestamp field has been specified without also specifying the timestamp_format");
  }
  if (base !== "STRING" && timestamp.format !== undefined) {
    throw refuse(
      "'TIMESTAMP_FORMAT' set in the WITH clause can only be used when the timestamp column is of type STRING.",
    );
  }
  if (base !== "BIGINT" && base !== "TIMESTAMP" && base !== "STRING") {
    throw refuse(
      `Timestamp column, \`${timestamp.column}\`, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified.`,
    );
  }
}

/**
 * A source's formats must be able to hold its columns.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID: `Key format does not support schema. …`
 */
export function checkFormats(source: Pick<Source, "keys" | "values" | "keyFormat" | "valueFormat">): void {
  const keyProblem = problemOf(source.keyFormat, source.keys, " KEY");
  if (keyProblem) throw refuse(schemaError("Key", source.keyFormat, source.keys, " KEY", keyProblem));
  const valueProblem = problemOf(source.valueFormat, source.values, "");
  if (valueProblem) throw refuse(schemaError("Value", source.valueFormat, source.values, "", valueProblem));
  // A single key is a bare value, whose name is written nowhere.
  if (source.keys.length > 1) checkAvroNames(source.keyFormat, source.keys);
  checkAvroNames(source.valueFormat, source.values);
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID for a name that no field of an Avro record can have. */
function checkAvroNames(format: FormatName, columns: readonly Column[]): void {
  if (format !== "AVRO") return;
  for (const { name } of columns) {
    const problem = avroProblem(name);
    if (problem) throw refuse(`Schema is not compatible with Avro: ${problem}`);
  }
}

/** In the words of Avro's `Schema.validateName`. */
function avroProblem(name: string): string | undefined {
  if (!/^[\p{L}_]/u.test(name)) return `Illegal initial character: ${name}`;
  return /^[\p{L}\p{Nd}_]*$/u.test(name) ? undefined : `Illegal character in: ${name}`;
}

function problemOf(format: FormatName, columns: readonly Column[], mark: string): string | undefined {
  if (format !== "KAFKA" || columns.length === 0) return undefined;
  if (columns.length > 1)
    return `The 'KAFKA' format only supports a single field. Got: ${listed(columns, mark)}`;
  const foreign = columns.find((column) => !KAFKA_TYPES.has(column.type.base));
  return foreign && `The 'KAFKA' format does not support type '${foreign.type.base}'`;
}

function listed(columns: readonly Column[], mark: string): string {
  return `[${columns.map((c) => `\`${c.name}\` ${typeText(c.type)}${mark}`).join(", ")}]`;
}

function schemaError(
  side: string,
  format: FormatName,
  columns: readonly Column[],
  mark: string,
  reason: string,
): string {
  return `${side} format does not support schema.\nformat: ${format}\nschema: Persistence{columns=${listed(columns, mark)}, features=[]}\nreason: ${reason}`;
}
