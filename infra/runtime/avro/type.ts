import avro, { type Schema, type Type } from "avsc";
import { CodedError, messageOf } from "../../../schemas/errors.ts";
import { type Json, JsonSyntaxError, parseJson, plainOf } from "../json/lossless.ts";

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/**
 * Avro's `long` as bigint: avsc's own refuses what a double cannot hold, which Java's clients write without a thought.
 */
const bigLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: (value: unknown) =>
    typeof value === "bigint"
      ? value
      : typeof value === "number" && Number.isInteger(value)
        ? BigInt(value)
        : value,
  toJSON: (value: bigint) => value,
  isValid: (value: unknown) => typeof value === "bigint" && value >= MIN_LONG && value <= MAX_LONG,
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

export interface ParsedAvroSchema {
  /** The schema's JSON as given. */
  readonly json: Json;
  /** Compiled: unions wrapped, longs bigint, logical types read as the type beneath. */
  readonly type: Type;
}

/**
 * Parse and check the text of an Avro schema: names, references, unions, symbols, defaults.
 *
 * @param others - schemas whose named types this one may use, each after those that it uses itself.
 * @throws {CodedError} AVRO_INVALID that says what is wrong with it.
 */
export function parseAvroSchema(text: string, others: readonly string[] = []): ParsedAvroSchema {
  try {
    const json = parseJson(text);
    const options = { registry: { long: bigLong }, wrapUnions: true, typeHook: checkedType };
    for (const other of others) avro.Type.forSchema(plainOf(parseJson(other)) as Schema, options);
    return { json, type: avro.Type.forSchema(plainOf(json) as Schema, options) };
  } catch (cause) {
    throw new CodedError("AVRO_INVALID", { message: problemOf(cause), retryable: false, cause });
  }
}

const WORDS = new Set(
  "null boolean int long float double bytes string record error enum fixed array map union request".split(
    " ",
  ),
);

/**
 * What avsc lets pass or trips over: a record, enum or fixed without a name, a field without a type; a type called as
 * what every JavaScript object has, `constructor`, which avsc finds in its tables of names.
 */
function checkedType(schema: unknown, options: NonNullable<Parameters<typeof avro.Type.forSchema>[1]>) {
  refuseInherited(schema);
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return undefined;
  const { type, name, fields } = schema as { type?: unknown; name?: unknown; fields?: unknown };
  refuseInherited(type);
  if (["record", "error", "enum", "fixed"].includes(String(type)) && typeof name !== "string") {
    throw new Error(`a ${String(type)} has no name`);
  }
  // `{"type": "a.Name"}`, which Java takes for the name alone.
  if (typeof type === "string" && !WORDS.has(type)) return avro.Type.forSchema(type as Schema, options);
  if (!Array.isArray(fields)) return undefined;
  for (const field of fields as unknown[]) {
    if (typeof field !== "object" || field === null)
      throw new Error(`a field of ${String(name)} is no object`);
    const { name: fieldName, type: fieldType } = field as { name?: unknown; type?: unknown };
    if (fieldType === undefined) throw new Error(`field ${String(fieldName)} of ${String(name)} has no type`);
  }
  return undefined;
}

function refuseInherited(name: unknown): void {
  if (typeof name === "string" && name in Object.prototype) throw new Error(`undefined type name: ${name}`);
}

function problemOf(cause: unknown): string {
  if (cause instanceof JsonSyntaxError) return `not JSON: ${cause.message}`;
  // avsc's own messages print values by JSON.stringify, which bigint makes fail.
  if (cause instanceof TypeError && /BigInt/.test(cause.message))
    return "a default does not fit its field's type";
  return messageOf(cause);
}
