import { isUtf8 } from "node:buffer";
import avro, { type Type } from "avsc";
import { AvroCursor } from "../../../schemas/avro/avro-cursor.ts";
import { isCoded } from "../../../schemas/errors.ts";

const { types } = avro;

/**
 * Is this a value of the type and nothing else: every byte accounted for, text that is UTF-8, indexes in their bounds?
 *
 * Time is linear in the bytes, whatever they are: avsc would believe any count of an array, so bytes of unknown origin
 * pass through here before they are decoded. Whole numbers beyond 2^53 are refused where avsc's own `long` reads them.
 */
export function holdsExactly(type: Type, body: Buffer): boolean {
  const cursor = new AvroCursor(body);
  try {
    const fits = walk(type, cursor, body);
    cursor.end();
    return fits;
  } catch (error) {
    // A RangeError: a recursive schema, and bytes that descend into it for ever.
    if (isCoded(error, "AVRO_INVALID") || error instanceof RangeError) return false;
    throw error;
  }
}

function walk(type: Type, cursor: AvroCursor, body: Buffer): boolean {
  if (type instanceof types.LogicalType) return walk(type.underlyingType, cursor, body);
  if (type instanceof types.RecordType) return type.fields.every((field) => walk(field.type, cursor, body));
  if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) {
    const branch = type.types[cursor.index(type.types.length)];
    return branch !== undefined && walk(branch, cursor, body);
  }
  if (type instanceof types.ArrayType) {
    let fits = true;
    cursor.array(() => {
      fits = walk(type.itemsType, cursor, body) && fits;
    });
    return fits;
  }
  if (type instanceof types.MapType) {
    let fits = true;
    cursor.array(() => {
      fits = text(cursor, body) && walk(type.valuesType, cursor, body) && fits;
    });
    return fits;
  }
  if (type instanceof types.EnumType) return cursor.index(type.symbols.length) >= 0;
  if (type instanceof types.FixedType) return cursor.skip(type.size) >= 0;
  switch (type.typeName) {
    case "null":
      return true;
    case "boolean":
      cursor.boolean();
      return true;
    case "int":
      return Number.isInteger(cursor.int());
    case "float":
      return cursor.skip(4) >= 0;
    case "double":
      return cursor.skip(8) >= 0;
    case "bytes":
      return cursor.skipString() >= 0;
    case "string":
      return text(cursor, body);
    // `parseAvroSchema` reads longs as bigint.
    case "abstract:long":
      cursor.skipLong();
      return true;
    default:
      return Number.isInteger(cursor.long());
  }
}

function text(cursor: AvroCursor, body: Buffer): boolean {
  const start = cursor.skipString();
  return isUtf8(body.subarray(start, body.length - cursor.remaining));
}
