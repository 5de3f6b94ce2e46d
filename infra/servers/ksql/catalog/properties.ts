import { refuse, unsupported } from "../errors.ts";
import type { Properties } from "../sql/ast.ts";
import type { FormatName, SourceWindow } from "./source.ts";

const KNOWN = new Set(
  "KAFKA_TOPIC PARTITIONS REPLICAS RETENTION_MS CLEANUP_POLICY FORMAT KEY_FORMAT VALUE_FORMAT TIMESTAMP TIMESTAMP_FORMAT WRAP_SINGLE_VALUE WINDOW_TYPE WINDOW_SIZE".split(
    " ",
  ),
);
const FOREIGN = new Set(
  "KEY_SCHEMA_ID VALUE_SCHEMA_ID KEY_SCHEMA_FULL_NAME VALUE_SCHEMA_FULL_NAME VALUE_AVRO_SCHEMA_FULL_NAME KEY_DELIMITER VALUE_DELIMITER KEY_PROTOBUF_NULLABLE_REPRESENTATION VALUE_PROTOBUF_NULLABLE_REPRESENTATION SOURCED_BY_CONNECTOR".split(
    " ",
  ),
);
const FOREIGN_FORMATS = new Set(["DELIMITED", "JSON_SR", "PROTOBUF", "PROTOBUF_NOSR", "NONE"]);

/** The WITH clause, checked. */
export interface WithClause {
  readonly topic?: string;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly retentionMs?: number;
  readonly keyFormat?: FormatName;
  readonly valueFormat?: FormatName;
  readonly wrapValue?: boolean;
  readonly timestamp?: { readonly column: string; readonly format?: string };
  readonly window?: SourceWindow;
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID for unknown names and values that do not fit. */
export function readWith(properties: Properties): WithClause {
  for (const name of Object.keys(properties)) {
    if (FOREIGN.has(name)) throw unsupported(`the property ${name}`);
    if (!KNOWN.has(name)) {
      throw refuse(`Failed to prepare statement: Invalid config variable(s) in the WITH clause: ${name}`);
    }
  }
  const { FORMAT } = properties;
  if (FORMAT !== undefined && properties["KEY_FORMAT"] !== undefined) {
    throw refuse(
      `Cannot supply both 'KEY_FORMAT' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.`,
    );
  }
  if (FORMAT !== undefined && properties["VALUE_FORMAT"] !== undefined) {
    throw refuse(
      `Cannot supply both 'VALUE_FORMAT' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.`,
    );
  }
  const keyFormat = formatOf(properties["KEY_FORMAT"] ?? FORMAT);
  const valueFormat = formatOf(properties["VALUE_FORMAT"] ?? FORMAT);
  const topic = properties["KAFKA_TOPIC"];
  const partitions = wholeNumber(properties, "PARTITIONS");
  const replicas = wholeNumber(properties, "REPLICAS");
  const retentionMs = wholeNumber(properties, "RETENTION_MS");
  const wrap = properties["WRAP_SINGLE_VALUE"];
  const window = windowOf(properties);
  const timestamp = timestampOf(properties);
  return {
    ...(topic === undefined ? {} : { topic: String(topic) }),
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(keyFormat ? { keyFormat } : {}),
    ...(valueFormat ? { valueFormat } : {}),
    ...(wrap === undefined ? {} : { wrapValue: String(wrap).toLowerCase() === "true" }),
    ...(timestamp ? { timestamp } : {}),
    ...(window ? { window } : {}),
  };
}

function wholeNumber(properties: Properties, name: string): number | undefined {
  const value = properties[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number)) {
    throw refuse(
      `Failed to prepare statement: Invalid value ${value} for property '${name}': not a whole number`,
    );
  }
  return number;
}

function formatOf(value: Properties[string] | undefined): FormatName | undefined {
  if (value === undefined) return undefined;
  const name = String(value).toUpperCase();
  if (name === "KAFKA" || name === "JSON" || name === "AVRO") return name;
  if (FOREIGN_FORMATS.has(name)) throw unsupported(`the format ${name}`);
  throw refuse(`Unknown format: ${name}`);
}

function timestampOf(properties: Properties): WithClause["timestamp"] {
  const { TIMESTAMP, TIMESTAMP_FORMAT } = properties;
  if (TIMESTAMP === undefined) return undefined;
  const text = String(TIMESTAMP);
  const column = /^[`"].*[`"]$/.test(text) ? text.slice(1, -1) : text.toUpperCase();
  return { column, ...(TIMESTAMP_FORMAT === undefined ? {} : { format: String(TIMESTAMP_FORMAT) }) };
}

const UNITS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
};

function windowOf(properties: Properties): SourceWindow | undefined {
  const type = properties["WINDOW_TYPE"];
  if (type === undefined) return undefined;
  const name = String(type).toUpperCase();
  if (name === "SESSION") throw unsupported("WINDOW_TYPE='SESSION'");
  if (name !== "TUMBLING" && name !== "HOPPING") throw refuse(`Unknown window type: ${name}`);
  const size = properties["WINDOW_SIZE"];
  if (size === undefined) {
    throw refuse(
      `${name} windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'`,
    );
  }
  return { type: name, size: durationOf(String(size)) };
}

/** `10 SECONDS` in milliseconds, by ksqlDB's `DurationParser`. */
function durationOf(text: string): number {
  const invalid = (problem: string): Error =>
    refuse(
      `Failed to prepare statement: Configuration WINDOW_SIZE is invalid: Invalid duration: '${text}'. ${problem}`,
    );
  const parts = text.trim().split(/\s/);
  const [amount = "", given = ""] = parts;
  if (parts.length !== 2) throw invalid(`Expected 2 tokens, got: ${parts.length}`);
  if (!/^\d{1,15}$/.test(amount)) throw invalid(`Not numeric: '${amount}'`);
  const name = given.toUpperCase();
  const unit = UNITS[name.replace(/S$/, "")];
  if (unit === undefined) {
    throw invalid(
      `Unknown time unit: '${name}'\nSupported time units are: NANOSECONDS, MICROSECONDS, MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS`,
    );
  }
  const size = Number(amount) * unit;
  if (size < 1 || !Number.isSafeInteger(size)) throw invalid("Give a size of a millisecond or more");
  return size;
}
