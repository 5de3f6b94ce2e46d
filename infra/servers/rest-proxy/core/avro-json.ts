import avro, { type Type, type types } from "avsc";
import {
  isJsonArray,
  isJsonObject,
  type Json,
  JsonNumber,
  writeJson,
} from "../../../runtime/json/lossless.ts";
import { AvroWriter } from "./avro-writer.ts";

/** A datum that does not fit its schema. */
export class AvroJsonError extends Error {
  constructor(path: string, problem: string) {
    super(`${path === "" ? "/" : path}: ${problem}`);
    this.name = "AvroJsonError";
  }
}

/**
 * A datum in Avro's JSON encoding (Avro 1.11, "JSON Encoding") as Avro's binary encoding, strictly: no bare values in
 * unions, no defaults filled in, no coercion between texts and numbers, integers with all 64 bits.
 *
 * @param type - from `parseAvroSchema`. A type that is just `bytes` gives the bytes themselves, without Avro's length,
 * as Confluent's serializer does.
 * @throws {AvroJsonError}
 */
export function encodeAvroJson(type: Type, datum: Json): Buffer {
  if (type.typeName === "bytes") return latin1(datum, "", "bytes");
  const writer = new AvroWriter();
  write(writer, type, datum, "");
  return writer.finish();
}

/** Would a null be a value of this type? */
export function allowsNull(type: Type): boolean {
  return (
    type.typeName === "null" || (isUnion(type) && type.types.some((branch) => branch.typeName === "null"))
  );
}

const INT: readonly [bigint, bigint] = [-(2n ** 31n), 2n ** 31n - 1n];
const LONG: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];

type Write<T extends Type = Type> = (writer: AvroWriter, type: T, datum: Json, path: string) => void;

function write(writer: AvroWriter, type: Type, datum: Json, path: string): void {
  if (isUnion(type)) writeUnion(writer, type, datum, path);
  else if (isRecord(type)) writeRecord(writer, type, datum, path);
  else (WRITERS[type.typeName] as Write)(writer, type, datum, path);
}

const writeLong: Write = (writer, _, datum, path) => writer.long(integer(datum, LONG, path, "a long"));

/** By avsc's name of the type; each is called with a type of its own kind only. */
const WRITERS: Readonly<Record<string, Write<never>>> = {
  null: (_writer, _type, datum, path) => {
    if (datum !== null) throw mismatch(path, "null", datum);
  },
  boolean: (writer, _, datum, path) => {
    if (typeof datum !== "boolean") throw mismatch(path, "a boolean", datum);
    writer.boolean(datum);
  },
  int: (writer, _, datum, path) => writer.long(integer(datum, INT, path, "an int")),
  long: writeLong,
  "abstract:long": writeLong,
  float: (writer, _, datum, path) => writer.float(number(datum, path)),
  double: (writer, _, datum, path) => writer.double(number(datum, path)),
  string: (writer, _, datum, path) => {
    if (typeof datum !== "string") throw mismatch(path, "a string", datum);
    writer.string(datum);
  },
  bytes: (writer, _, datum, path) => writer.bytes(latin1(datum, path, "bytes")),
  fixed: writeFixed,
  enum: writeEnum,
  array: writeArray,
  map: writeMap,
};

function writeFixed(writer: AvroWriter, type: types.FixedType, datum: Json, path: string): void {
  const bytes = latin1(datum, path, `fixed ${type.name}`);
  if (bytes.length !== type.size) throw new AvroJsonError(path, `${bytes.length} bytes, not ${type.size}`);
  writer.raw(bytes);
}

function writeEnum(writer: AvroWriter, type: types.EnumType, datum: Json, path: string): void {
  const index = typeof datum === "string" ? symbolsOf(type).get(datum) : undefined;
  if (index === undefined) throw mismatch(path, `one of ${type.symbols.join(", ")}`, datum);
  writer.long(BigInt(index));
}

function writeArray(writer: AvroWriter, type: types.ArrayType, datum: Json, path: string): void {
  if (!isJsonArray(datum)) throw mismatch(path, "an array", datum);
  if (datum.length > 0) writer.long(BigInt(datum.length));
  for (const [i, item] of datum.entries()) write(writer, type.itemsType, item, `${path}/${i}`);
  writer.long(0n);
}

function writeMap(writer: AvroWriter, type: types.MapType, datum: Json, path: string): void {
  if (!isJsonObject(datum)) throw mismatch(path, "an object", datum);
  if (datum.size > 0) writer.long(BigInt(datum.size));
  for (const [name, value] of datum) {
    writer.string(name);
    write(writer, type.valuesType, value, `${path}/${name}`);
  }
  writer.long(0n);
}

function writeRecord(writer: AvroWriter, type: types.RecordType, datum: Json, path: string): void {
  if (!isJsonObject(datum)) throw mismatch(path, `an object for ${type.name}`, datum);
  for (const field of type.fields) {
    const value = datum.get(field.name);
    if (value === undefined) throw new AvroJsonError(path, `field "${field.name}" is missing`);
    write(writer, field.type, value, `${path}/${field.name}`);
  }
}

function writeUnion(writer: AvroWriter, type: types.WrappedUnionType, datum: Json, path: string): void {
  const branches = branchesOf(type);
  const names = (): string => [...branches.keys()].join(", ");
  const [wanted, value] = datum === null ? ["null", null] : onlyMember(datum, names, path);
  const index = branches.get(wanted);
  const branch = index === undefined ? undefined : type.types[index];
  if (index === undefined || !branch) {
    throw new AvroJsonError(path, `no branch "${wanted}" in the union of ${names()}`);
  }
  writer.long(BigInt(index));
  write(writer, branch, value, datum === null ? path : `${path}/${wanted}`);
}

function onlyMember(datum: Json, names: () => string, path: string): readonly [string, Json] {
  const [member, ...others] = isJsonObject(datum) ? datum : [];
  if (member && others.length === 0 && member[0] !== "null") return member;
  throw mismatch(path, `{"branch": value} with one of ${names()}`, datum);
}

const branchIndexes = new WeakMap<Type, ReadonlyMap<string, number>>();
const symbolIndexes = new WeakMap<Type, ReadonlyMap<string, number>>();

/** Branches by name, with their places: a union of very many is asked for each datum. */
function branchesOf(type: types.WrappedUnionType): ReadonlyMap<string, number> {
  return indexOf(branchIndexes, type, () => type.types.map(branchName));
}

function symbolsOf(type: types.EnumType): ReadonlyMap<string, number> {
  return indexOf(symbolIndexes, type, () => type.symbols);
}

function indexOf(
  indexes: WeakMap<Type, ReadonlyMap<string, number>>,
  type: Type,
  names: () => readonly string[],
): ReadonlyMap<string, number> {
  let index = indexes.get(type);
  if (!index) {
    index = new Map(names().map((name, i) => [name, i]));
    indexes.set(type, index);
  }
  return index;
}

function branchName(type: Type): string {
  return type.branchName ?? type.typeName;
}

function integer(datum: Json, [least, most]: readonly [bigint, bigint], path: string, kind: string): bigint {
  if (!(datum instanceof JsonNumber)) throw mismatch(path, kind, datum);
  const exact = datum.isInteger ? BigInt(datum.text) : wholeOf(Number(datum.text));
  if (exact === undefined || exact < least || exact > most) throw mismatch(path, kind, datum);
  return exact;
}

/** 1.0 and 1e3 are whole; what a double cannot hold exactly is not trusted. */
function wholeOf(value: number): bigint | undefined {
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function number(datum: Json, path: string): number {
  if (!(datum instanceof JsonNumber)) throw mismatch(path, "a number", datum);
  return Number(datum.text);
}

/** A letter per byte, U+0000 to U+00FF. */
function latin1(datum: Json, path: string, kind: string): Buffer {
  if (typeof datum !== "string") throw mismatch(path, `a string for ${kind}`, datum);
  for (let i = 0; i < datum.length; i++) {
    if (datum.charCodeAt(i) > 0xff) {
      throw new AvroJsonError(path, `letter ${i} of ${kind} is above U+00FF: one letter stands for one byte`);
    }
  }
  return Buffer.from(datum, "latin1");
}

function mismatch(path: string, expected: string, datum: Json): AvroJsonError {
  const text = writeJson(datum);
  return new AvroJsonError(
    path,
    `expected ${expected}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`,
  );
}

function isUnion(type: Type): type is types.WrappedUnionType {
  return avro.Type.isType(type, "union");
}

function isRecord(type: Type): type is types.RecordType {
  return avro.Type.isType(type, "record", "error");
}
