import {
  isJsonArray,
  isJsonObject,
  type Json,
  JsonNumber,
  parseJson,
} from "../../../runtime/json/lossless.ts";
import type { Column } from "../catalog/source.ts";
import { unsupported } from "../errors.ts";
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  type SqlType,
  STRING,
  TIME,
  TIMESTAMP,
} from "../sql/types.ts";

const NAMESPACE = "io.confluent.ksql.avro_schemas";

/** The Avro type of a column, without its null: as Connect's AvroData writes it. */
export function avroOf(type: SqlType): string | Record<string, unknown> {
  const connect = (name: string): object => ({
    "connect.version": 1,
    "connect.name": `org.apache.kafka.connect.data.${name}`,
  });
  switch (type.base) {
    case "BOOLEAN":
      return "boolean";
    case "INTEGER":
      return "int";
    case "BIGINT":
      return "long";
    case "DOUBLE":
      return "double";
    case "STRING":
      return "string";
    case "BYTES":
      return "bytes";
    case "TIMESTAMP":
      return { type: "long", ...connect("Timestamp"), logicalType: "timestamp-millis" };
    case "DATE":
      return { type: "int", ...connect("Date"), logicalType: "date" };
    case "TIME":
      return { type: "int", ...connect("Time"), logicalType: "time-millis" };
    case "DECIMAL":
      return {
        type: "bytes",
        scale: type.scale,
        precision: type.precision,
        "connect.version": 1,
        "connect.parameters": {
          scale: String(type.scale),
          "connect.decimal.precision": String(type.precision),
        },
        "connect.name": "org.apache.kafka.connect.data.Decimal",
        logicalType: "decimal",
      };
  }
}

/**
 * The schema that ksqlDB registers for these columns: a record of nullable fields, or the bare type of a single one.
 */
export function avroSchema(columns: readonly Column[], wrapped: boolean, isKey: boolean): string {
  const [only] = columns;
  if (!wrapped && only) return JSON.stringify(avroOf(only.type));
  return JSON.stringify({
    type: "record",
    name: isKey ? "KsqlDataSourceKeySchema" : "KsqlDataSourceSchema",
    namespace: NAMESPACE,
    fields: columns.map(({ name, type }) => ({ name, type: ["null", avroOf(type)], default: null })),
  });
}

/**
 * The SQL type of an Avro type, as ksqlDB infers it.
 *
 * @returns undefined for `null`.
 * @throws {CodedError} KSQL_STATEMENT_INVALID for nested types.
 */
export function sqlTypeOf(schema: Json): SqlType | undefined {
  if (isJsonArray(schema)) {
    const branches = schema.filter((branch) => branch !== "null");
    if (branches.length === 1) return sqlTypeOf(branches[0] ?? null);
    throw unsupported("an Avro union of several types");
  }
  if (isJsonObject(schema)) {
    const logical = logicalType(schema);
    if (logical) return logical;
    const type = schema.get("type") ?? null;
    if (type === "enum" || type === "fixed") return type === "enum" ? STRING : BYTES;
    if (type === "record" || type === "array" || type === "map")
      throw unsupported(`the nested Avro type ${type}`);
    return sqlTypeOf(type);
  }
  switch (schema) {
    case "boolean":
      return BOOLEAN;
    case "int":
      return INTEGER;
    case "long":
      return BIGINT;
    case "float":
    case "double":
      return DOUBLE;
    case "string":
      return STRING;
    case "bytes":
      return BYTES;
    case "null":
      return undefined;
    default:
      throw unsupported("a nested Avro type");
  }
}

function logicalType(schema: ReadonlyMap<string, Json>): SqlType | undefined {
  const number = (name: string): number => {
    const value = schema.get(name);
    return value instanceof JsonNumber ? Number(value.text) : 0;
  };
  switch (schema.get("logicalType")) {
    case "timestamp-millis":
      return TIMESTAMP;
    case "date":
      return DATE;
    case "time-millis":
      return TIME;
    case "decimal":
      return decimalType(number("precision"), number("scale"));
    default:
      return undefined;
  }
}

/** A record's fields as columns, their names in upper case; a bare type is one column. */
export function columnsOfSchema(schema: Json, bareName: string): readonly Column[] {
  if (!isJsonObject(schema) || schema.get("type") !== "record") {
    const type = sqlTypeOf(schema);
    return type ? [{ name: bareName, type }] : [];
  }
  const fields = schema.get("fields");
  return (isJsonArray(fields) ? fields : []).flatMap((field) => {
    if (!isJsonObject(field)) return [];
    const type = sqlTypeOf(field.get("type") ?? null);
    return type ? [{ name: String(field.get("name")).toUpperCase(), type }] : [];
  });
}

/** The JSON of a schema; a bare name may stand there without quotes. */
export function parseSchemaText(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
