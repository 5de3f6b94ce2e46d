import type { Type } from "avsc";
import { CodedError, isCoded, messageOf } from "../../../../schemas/errors.ts";
import { decodeUntrusted } from "../../../runtime/avro/decode.ts";
import { holdsExactly } from "../../../runtime/avro/exact.ts";
import { parseAvroSchema } from "../../../runtime/avro/type.ts";
import { isJsonArray, isJsonObject, type Json } from "../../../runtime/json/lossless.ts";
import type { Column } from "../catalog/source.ts";
import { type SqlType, typeText } from "../sql/types.ts";
import { castConversion, fitDecimal } from "../values/cast.ts";
import { Decimal } from "../values/decimal.ts";
import type { Value } from "../values/value.ts";
import { avroOf, avroSchema, parseSchemaText, sqlTypeOf } from "./avro-schema.ts";
import type { SchemaRegistry } from "./registry.ts";
import type { Serde } from "./serde.ts";

const HEADER = 5;

interface Writer {
  readonly type: Type;
  /** Turns a decoded datum into the columns' values. */
  readonly read: (datum: unknown) => readonly Value[];
}

/**
 * Avro in the registry's wire format.
 *
 * A registry that was set up again knows nothing of older records' ids, or knows other schemas under them. What its
 * answer does not fit is read by the subject's newest schema, if it is exactly one such value: that is where the
 * columns come from, and a query would otherwise leave out half of a topic. It may be wrong as `avroDecoder` of
 * `infra/runtime/registry` may: where two versions of the subject fill the same bytes.
 *
 * @param subject - `<topic>-key` or `<topic>-value`.
 * @param id - the schema that `encode` writes under; undefined: this side is only read.
 */
export function avroSerde(
  columns: readonly Column[],
  wrapped: boolean,
  isKey: boolean,
  registry: SchemaRegistry,
  subject: string,
  id: number | undefined,
): Serde {
  const writers = new Map<number, Writer | Error>();
  let newest: Writer | undefined;
  const ownType = compiled(avroSchema(columns, wrapped, isKey));
  const toDatum = columns.map(({ type }) => datumOf(type));
  const branches = columns.map(({ type }) => {
    const avro = avroOf(type);
    return typeof avro === "string" ? avro : String(avro["type"]);
  });
  const header = Buffer.alloc(HEADER);
  if (id !== undefined) header.writeInt32BE(id, 1);
  return {
    async prepare(list) {
      for (const bytes of list) {
        if (!bytes || !isFramed(bytes)) continue;
        const writer = bytes.readInt32BE(1);
        if (writers.has(writer)) continue;
        const latest = await registry.latest(subject);
        newest = latest && readable(latest.schema, columns, wrapped);
        const found = await fetched(registry, writer, columns, wrapped);
        if (!latest && isCoded(found, "REGISTRY_UNKNOWN_SCHEMA")) throw setUpAgain(writer, subject);
        writers.set(writer, found);
      }
    },
    decode(bytes) {
      if (!isFramed(bytes)) throw new Error("Unknown magic byte!");
      const writer = writers.get(bytes.readInt32BE(1));
      if (!writer) throw new Error(`schema ${bytes.readInt32BE(1)} was not fetched`);
      const body = bytes.subarray(HEADER);
      try {
        if (writer instanceof Error) throw writer;
        return writer.read(decodeUntrusted(writer.type, body));
      } catch (error) {
        if (!newest || !holdsExactly(newest.type, body)) throw unreadable(error, subject);
        return newest.read(newest.type.fromBuffer(body));
      }
    },
    encode(values) {
      if (!wrapped) {
        const [value = null] = values;
        return value === null ? null : Buffer.concat([header, ownType.toBuffer(toDatum[0]?.(value))]);
      }
      const record: Record<string, unknown> = {};
      for (const [i, { name }] of columns.entries()) {
        const value = values[i] ?? null;
        record[name] = value === null ? null : { [branches[i] ?? ""]: toDatum[i]?.(value) };
      }
      return Buffer.concat([header, ownType.toBuffer(record)]);
    },
  };
}

/**
 * @returns an error for a schema that does not exist or cannot be read into these columns: its records are poison, and
 * asking again would not help.
 * @throws {CodedError} REGISTRY_UNAVAILABLE
 */
async function fetched(
  registry: SchemaRegistry,
  id: number,
  columns: readonly Column[],
  wrapped: boolean,
): Promise<Writer | Error> {
  try {
    return writerOf(await registry.byId(id), columns, wrapped);
  } catch (error) {
    // It says nothing about the records: they wait until the registry answers.
    if (isCoded(error, "REGISTRY_UNAVAILABLE")) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** One that cannot be read into these columns is nothing to fall back to. */
function readable(schema: string, columns: readonly Column[], wrapped: boolean): Writer | undefined {
  try {
    return writerOf(schema, columns, wrapped);
  } catch {
    return undefined;
  }
}

/** That says nothing about the records: they wait until somebody registers what they were written by. */
function setUpAgain(id: number, subject: string): CodedError {
  return new CodedError("REGISTRY_UNAVAILABLE", {
    message: `the registry knows neither schema ${id} nor any of ${subject}: if it was set up again, register there what the records were written by`,
    retryable: true,
    context: { id, subject },
  });
}

function unreadable(error: unknown, subject: string): unknown {
  if (!isCoded(error, "REGISTRY_UNKNOWN_SCHEMA")) return error;
  return new Error(
    `${messageOf(error)}, and the newest of ${subject} does not fit: if the registry was set up again, register there what the record was written by`,
    { cause: error },
  );
}

/**
 * The type of a schema as the binary encoding sees it: avsc would read a `long` with a logical type as a double, which
 * cannot hold 64 bits.
 */
function compiled(schema: string): Type {
  return parseAvroSchema(JSON.stringify(withoutLogicalTypes(JSON.parse(schema)))).type;
}

const PRIMITIVES = new Set(["boolean", "int", "long", "float", "double", "bytes", "string"]);

function withoutLogicalTypes(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutLogicalTypes);
  if (typeof schema !== "object" || schema === null) return schema;
  const { type, fields, ...rest } = schema as { type?: unknown; fields?: unknown };
  if (typeof type === "string" && PRIMITIVES.has(type)) return type;
  if (!Array.isArray(fields)) return { ...rest, type: withoutLogicalTypes(type) };
  const bare = fields.map((field: object) => ({
    name: (field as { name?: unknown }).name,
    type: withoutLogicalTypes((field as { type?: unknown }).type),
  }));
  return { ...rest, type, fields: bare };
}

function isFramed(bytes: Buffer): boolean {
  return bytes.length > HEADER - 1 && bytes[0] === 0;
}

function writerOf(schema: string, columns: readonly Column[], wrapped: boolean): Writer {
  const type = compiled(schema);
  const json = parseSchemaText(schema);
  if (!isJsonObject(json) || json.get("type") !== "record") {
    const convert = columns[0] && converter(json, columns[0].type);
    return { type, read: (datum) => (convert ? [convert(datum)] : []) };
  }
  if (!wrapped && columns.length === 1) {
    throw new Error("a record where a bare value was declared");
  }
  const fields = json.get("fields");
  const found = (isJsonArray(fields) ? fields : []).filter(isJsonObject);
  const readers = columns.map((column) => {
    const field =
      found.find((f) => f.get("name") === column.name) ??
      found.find((f) => String(f.get("name")).toUpperCase() === column.name);
    if (!field) return () => null;
    const name = String(field.get("name"));
    const convert = converter(field.get("type") ?? null, column.type);
    return (datum: Readonly<Record<string, unknown>>) => convert(datum[name]);
  });
  return {
    type,
    read: (datum) => readers.map((read) => read(datum as Readonly<Record<string, unknown>>)),
  };
}

/** From what avsc decodes (unions wrapped, longs bigint) to a column's value. */
function converter(schema: Json, target: SqlType): (datum: unknown) => Value {
  if (isJsonArray(schema)) {
    const inner = schema.find((branch) => branch !== "null");
    const convert = converter(inner ?? "null", target);
    return (datum) => {
      if (datum === null || datum === undefined) return null;
      return convert(typeof datum === "object" ? Object.values(datum)[0] : datum);
    };
  }
  const written = sqlTypeOf(schema);
  if (!written) return () => null;
  const plain = plainValue(written);
  const convert = readConversion(written, target);
  if (!convert) return plain;
  return (datum) => {
    const value = plain(datum);
    return value === null ? null : convert(value);
  };
}

/** What each type of column may be written as, besides itself (ksqlDB's `ConnectDataTranslator`). */
const WRITTEN_AS: Readonly<Partial<Record<SqlType["base"], readonly SqlType["base"][]>>> = {
  INTEGER: ["DATE", "TIME"],
  BIGINT: ["INTEGER", "TIMESTAMP", "DATE", "TIME"],
  TIMESTAMP: ["BIGINT", "INTEGER"],
  DATE: ["INTEGER"],
  TIME: ["INTEGER"],
  STRING: ["INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE", "TIME"],
};

/**
 * From the type that a field was written by to that of its column; undefined where they are the same.
 *
 * @throws Error where values might have to be changed: such a record is not read.
 */
function readConversion(
  written: SqlType,
  target: SqlType,
): ((value: Exclude<Value, null>) => Value) | undefined {
  if (written.base === "DECIMAL" && target.base === "DECIMAL") return (value) => fitDecimal(value, target);
  if (written.base === target.base) return undefined;
  if (!WRITTEN_AS[target.base]?.includes(written.base)) {
    throw new Error(`Cannot deserialize type ${typeText(written)} as type ${typeText(target)}`);
  }
  // Instants and days are texts of their numbers here, unlike by CAST.
  const isTime = ["TIMESTAMP", "DATE", "TIME"].includes(written.base);
  if (target.base === "STRING") return isTime ? String : castConversion(written, target);
  // Milliseconds and days are numbers here.
  return target.base === "BIGINT" ? (value) => BigInt(Number(value)) : (value) => Number(value);
}

function plainValue(type: SqlType): (datum: unknown) => Value {
  switch (type.base) {
    case "TIMESTAMP":
      return (datum) => Number(datum);
    case "DECIMAL":
      return (datum) => new Decimal(bigOf(datum as Buffer), type.scale ?? 0);
    case "BYTES":
      return (datum) => Buffer.from(datum as Buffer);
    default:
      return (datum) => (datum ?? null) as Value;
  }
}

/** Two's complement, big-endian. */
function bigOf(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
}

function bytesOf(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length++;
  return Buffer.from(
    BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, "0"),
    "hex",
  );
}

function datumOf(type: SqlType): (value: Exclude<Value, null>) => unknown {
  switch (type.base) {
    case "TIMESTAMP":
    case "BIGINT":
      return (value) => (typeof value === "bigint" ? value : BigInt(Number(value)));
    case "DECIMAL":
      return (value) => bytesOf((value as Decimal).unscaled);
    default:
      return (value) => value;
  }
}
