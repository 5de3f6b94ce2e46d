import avro, { type Type } from "avsc";
import { CodedError } from "../../../schemas/errors.ts";
import { holdsExactly } from "./exact.ts";

const { types } = avro;

/**
 * The value that bytes of unknown origin hold.
 *
 * avsc believes the count of an array: of nothing at all, ten million items take five bytes and a second. So bytes for a
 * type with arrays or maps in it are walked through first; all others cost what they are long anyway.
 *
 * @throws {CodedError} AVRO_INVALID when they are not exactly one such value, if the type has arrays or maps.
 * @throws Error of avsc's otherwise.
 */
export function decodeUntrusted(type: Type, body: Buffer): unknown {
  if (countsItems(type) && !holdsExactly(type, body)) {
    throw new CodedError("AVRO_INVALID", {
      message: `no ${type.name ?? type.typeName} ends with these bytes`,
      retryable: false,
      context: { length: body.length },
    });
  }
  return type.fromBuffer(body) as unknown;
}

const known = new WeakMap<Type, boolean>();

/** Does a value of this type say how many items follow? */
function countsItems(type: Type): boolean {
  let counts = known.get(type);
  if (counts === undefined) {
    counts = hasList(type, new Set());
    known.set(type, counts);
  }
  return counts;
}

function hasList(type: Type, seen: Set<Type>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  if (type instanceof types.ArrayType || type instanceof types.MapType) return true;
  return partsOf(type).some((part) => hasList(part, seen));
}

function partsOf(type: Type): readonly Type[] {
  if (type instanceof types.LogicalType) return [type.underlyingType];
  if (type instanceof types.RecordType) return type.fields.map((field) => field.type);
  if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) return type.types;
  return [];
}
