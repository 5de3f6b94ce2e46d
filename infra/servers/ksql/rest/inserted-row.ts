import { messageOf } from "../../../../schemas/errors.ts";
import {
  isJsonArray,
  isJsonObject,
  type Json,
  JsonNumber,
  parseJson,
} from "../../../runtime/json/lossless.ts";
import type { Column, Source } from "../catalog/source.ts";
import { ERROR_CODE, refuse } from "../errors.ts";
import { identifierText } from "../sql/identifier-text.ts";
import { type SqlType, typeText } from "../sql/types.ts";
import { bytesOfBase64 } from "../values/base64.ts";
import { castConversion, fitDecimal, toDecimal } from "../values/cast.ts";
import type { Value } from "../values/value.ts";

/** The values of one row, in the order of the source's columns. */
interface InsertedValues {
  readonly key: readonly Value[];
  readonly values: readonly Value[];
}

/**
 * A row as JSON: members name columns as SQL does, a value column may be missing. A value of another type than its
 * column's is refused, but for numbers that widen and texts that are a time, bytes or a decimal number
 * (ksqlDB's `KeyValueExtractor` and `ApiSqlValueCoercer`).
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID, code 40000
 */
export function rowOf(line: string, source: Source): InsertedValues {
  const members = membersOf(line);
  const value = ({ name, type }: Column): Value => {
    const member = members.get(name) ?? null;
    return member === null ? null : coerced(member, type);
  };
  const key = source.keys.map((column) => {
    if ((members.get(column.name) ?? null) === null) {
      throw refuse(`Key field must be specified: ${column.name}`, ERROR_CODE.badRequest);
    }
    return value(column);
  });
  return { key, values: source.values.map(value) };
}

/** By the columns' names. */
function membersOf(line: string): ReadonlyMap<string, Json> {
  const json = parsed(line);
  if (!isJsonObject(json)) throw refuse("Invalid JSON in inserts stream", ERROR_CODE.badRequest);
  const members = new Map<string, Json>();
  for (const [given, value] of json) {
    const name = columnName(given);
    if (members.has(name)) {
      throw refuse(`Found duplicate column / struct field name: ${name}`, ERROR_CODE.badRequest);
    }
    members.set(name, value);
  }
  return members;
}

function parsed(line: string): Json {
  try {
    return parseJson(line);
  } catch {
    throw refuse("Invalid JSON in inserts stream", ERROR_CODE.badRequest);
  }
}

function columnName(given: string): string {
  try {
    return identifierText(given);
  } catch (error) {
    throw refuse(
      `Invalid column / struct field name. Name: ${given}. Reason: ${messageOf(error)}.`,
      ERROR_CODE.badRequest,
    );
  }
}

function coerced(json: Exclude<Json, null>, type: SqlType): Value {
  const value = converted(json, type);
  if (value !== undefined) return value;
  throw refuse(
    `Can't coerce a field of type class ${javaClass(json)} into type ${typeText(type)}`,
    ERROR_CODE.badRequest,
  );
}

/** @returns undefined when the column cannot hold it. */
function converted(json: Exclude<Json, null>, type: SqlType): Value | undefined {
  if (json instanceof JsonNumber) return numberFor(json, type);
  if (typeof json === "boolean") return type.base === "BOOLEAN" ? json : undefined;
  if (typeof json !== "string") return undefined;
  switch (type.base) {
    case "STRING":
      return json;
    case "BYTES":
      return attempt(() => bytesOfBase64(json));
    case "DECIMAL":
      return attempt(() => toDecimal(json, type));
    case "TIMESTAMP":
    case "DATE":
    case "TIME":
      return attempt(() => castConversion({ base: "STRING" }, type)(json));
    default:
      return undefined;
  }
}

/** A number with a fraction or an exponent is a double, one without is as narrow as it can be. */
function numberFor(json: JsonNumber, type: SqlType): Value | undefined {
  if (type.base === "DOUBLE") return finite(Number(json.text));
  if (type.base === "DECIMAL")
    return attempt(() => (json.isInteger ? fitDecimal : toDecimal)(json.text, type));
  const kind = javaClass(json);
  if (type.base === "INTEGER" && kind === INTEGER) return Number(json.text);
  if (type.base === "BIGINT" && (kind === INTEGER || kind === LONG)) return BigInt(json.text);
  return undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function attempt(convert: () => Value): Value | undefined {
  try {
    return convert();
  } catch {
    return undefined;
  }
}

const INTEGER = "java.lang.Integer";
const LONG = "java.lang.Long";

/** What ksqlDB's JSON reader makes of the value: its messages name the class. */
function javaClass(json: Exclude<Json, null>): string {
  if (typeof json === "boolean") return "java.lang.Boolean";
  if (typeof json === "string") return "java.lang.String";
  if (isJsonArray(json)) return "io.vertx.core.json.JsonArray";
  if (!(json instanceof JsonNumber)) return "io.vertx.core.json.JsonObject";
  if (!json.isInteger) return "java.lang.Double";
  const whole = BigInt(json.text);
  if (BigInt.asIntN(32, whole) === whole) return INTEGER;
  return BigInt.asIntN(64, whole) === whole ? LONG : "java.math.BigInteger";
}
