import {
  isJsonArray,
  isJsonObject,
  type Json,
  JsonNumber,
  parseJson,
  writeJson,
} from "../../../runtime/json/lossless.ts";
import { javaDouble } from "../../../runtime/text/java-double.ts";
import type { Column } from "../catalog/source.ts";
import { type SqlType, typeText } from "../sql/types.ts";
import { bytesOfBase64 } from "../values/base64.ts";
import { fitDecimal } from "../values/cast.ts";
import { intOf, longOf } from "../values/java-number.ts";
import { DAY_MS } from "../values/time-text.ts";
import type { Value } from "../values/value.ts";
import type { Serde } from "./serde.ts";

/**
 * JSON as ksqlDB reads and writes it: members found whatever their case, explicit nulls, TIMESTAMP as epoch ms.
 *
 * @param wrapped - the columns are members of an object; otherwise the text is the single column's value.
 */
export function jsonSerde(columns: readonly Column[], wrapped: boolean): Serde {
  return {
    decode(bytes) {
      const text = bytes.toString("utf8");
      return fast(text, columns, wrapped) ?? exact(parseJson(text), columns, wrapped);
    },
    encode(values) {
      if (!wrapped) {
        const [value = null] = values;
        return columns[0] && value !== null ? Buffer.from(jsonText(value, columns[0].type)) : null;
      }
      const members = columns.map(
        (c, i) => `${JSON.stringify(c.name)}:${jsonText(values[i] ?? null, c.type)}`,
      );
      return Buffer.from(`{${members.join(",")}}`);
    },
  };
}

/** A value as JSON text, on a topic. */
function jsonText(value: Value, type: SqlType): string {
  if (value === null) return "null";
  switch (type.base) {
    case "DOUBLE": {
      const text = javaDouble(Number(value));
      return Number.isFinite(Number(value)) ? text : JSON.stringify(text);
    }
    case "STRING":
      return JSON.stringify(value);
    case "BYTES":
      return JSON.stringify(Buffer.isBuffer(value) ? value.toString("base64") : String(value));
    default:
      return String(value);
  }
}

const FAST = new Set(["STRING", "INTEGER", "BOOLEAN", "DOUBLE", "BIGINT"]);

/** By `JSON.parse`, where that loses nothing these columns could show; else undefined. */
function fast(text: string, columns: readonly Column[], wrapped: boolean): readonly Value[] | undefined {
  if (!wrapped || columns.some((c) => !FAST.has(c.type.base))) return undefined;
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof object !== "object" || object === null || Array.isArray(object)) return undefined;
  const members = object as Readonly<Record<string, unknown>>;
  let upper: Map<string, unknown> | undefined;
  const values: Value[] = [];
  for (const { name, type } of columns) {
    let member = Object.hasOwn(members, name) ? members[name] : undefined;
    if (member === undefined) {
      upper ??= new Map(Object.entries(members).map(([key, value]) => [key.toUpperCase(), value]));
      member = upper.get(name);
    }
    if (member === undefined || member === null) values.push(null);
    else if (type.base === "STRING" && typeof member === "string") values.push(member);
    else if (type.base === "BOOLEAN" && typeof member === "boolean") values.push(member);
    else if (typeof member === "number" && type.base === "DOUBLE") values.push(member);
    else if (typeof member === "number" && Number.isSafeInteger(member) && type.base === "BIGINT") {
      values.push(BigInt(member));
    } else if (typeof member === "number" && (member | 0) === member && type.base === "INTEGER")
      values.push(member);
    else return undefined;
  }
  return values;
}

function exact(json: Json, columns: readonly Column[], wrapped: boolean): readonly Value[] {
  if (!wrapped) return columns.slice(0, 1).map((c) => fromJson(json, c.type));
  if (json === null) return columns.map(() => null);
  if (!isJsonObject(json)) throw new Error("Failed to deserialize: expected a JSON object");
  const upper = new Map([...json].map(([name, value]) => [name.toUpperCase(), value]));
  return columns.map(({ name, type }) => {
    const member = json.get(name) ?? upper.get(name) ?? null;
    try {
      return fromJson(member, type);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}, path: $.${name}`);
    }
  });
}

/** @throws Error when ksqlDB would not convert this JSON value to the type. */
export function fromJson(json: Json, type: SqlType): Value {
  if (json === null) return null;
  switch (type.base) {
    case "STRING":
      return textOf(json);
    case "BOOLEAN":
      if (typeof json === "boolean") return json;
      break;
    case "INTEGER": {
      const whole = wholeOf(json, 32);
      if (typeof whole === "number") return intOf(whole);
      if (whole !== undefined) return Number(BigInt.asIntN(32, whole));
      break;
    }
    case "BIGINT": {
      const whole = wholeOf(json, 64);
      if (typeof whole === "number") return longOf(whole);
      if (whole !== undefined) return BigInt.asIntN(64, whole);
      break;
    }
    case "DOUBLE":
      if (json instanceof JsonNumber) return Number(json.text);
      if (typeof json === "string" && DOUBLE.test(json.trim())) return Number(json.trim());
      break;
    case "DECIMAL":
      if (json instanceof JsonNumber) return fitDecimal(json.text, type);
      if (typeof json === "string") return fitDecimal(json, type);
      break;
    case "BYTES":
      if (typeof json === "string") return bytesOfBase64(json);
      break;
    case "TIMESTAMP":
    case "DATE":
      return unitsOf(json) ?? invalid(json, type);
    case "TIME": {
      const ms = unitsOf(json);
      return ms === undefined || ms < 0 || ms >= DAY_MS ? invalid(json, type) : ms;
    }
  }
  return invalid(json, type);
}

function invalid(json: Json, type: SqlType): never {
  const kind = isJsonObject(json) ? "OBJECT" : isJsonArray(json) ? "ARRAY" : typeof json;
  throw new Error(`Can't convert type. sourceType: ${kind}, requiredType: ${typeText(type)}`);
}

function textOf(json: Json): string {
  if (typeof json === "string") return json;
  if (json instanceof JsonNumber) return json.text;
  if (isJsonArray(json)) return `[${json.map((item) => (item === null ? "null" : textOf(item))).join(", ")}]`;
  return writeJson(json);
}

/**
 * A number with a fraction or an exponent is a double, as Jackson reads it. One that is too large is narrowed, as
 * ksqlDB does; the digits of a text are not.
 */
function wholeOf(json: Json, bits: number): bigint | number | undefined {
  if (json instanceof JsonNumber) return json.isInteger ? BigInt(json.text) : Number(json.text);
  if (typeof json !== "string" || !/^[+-]?\d{1,100}$/.test(json)) return undefined;
  const whole = BigInt(json.replace(/^\+/, ""));
  return BigInt.asIntN(bits, whole) === whole ? whole : undefined;
}

/** What Java's `Double.parseDouble` takes, but for its suffixes and hexadecimal digits. */
const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/;

/** Milliseconds or days, as a number or as its digits. */
function unitsOf(json: Json): number | undefined {
  if (json instanceof JsonNumber) return Number(longOf(Number(json.text)));
  return typeof json === "string" && /^[+-]?\d{1,19}$/.test(json) ? Number(json) : undefined;
}
