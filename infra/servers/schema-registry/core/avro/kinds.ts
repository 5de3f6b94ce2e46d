import avro, { type Type, type types } from "avsc";

export type NamedType = types.RecordType | types.EnumType | types.FixedType;

/** What a type reads besides itself (Avro 1.11, "Schema Resolution"). */
export const PROMOTED: Readonly<Record<string, readonly string[]>> = {
  long: ["int"],
  float: ["int", "long"],
  double: ["int", "long", "float"],
  string: ["bytes"],
  bytes: ["string"],
};

/** `int`, `array`, …: the schema's word for it. */
export function kindOf(type: Type): string {
  return type.typeName.replace("abstract:", "");
}

export function nameFits(reader: NamedType, writer: NamedType): boolean {
  return reader.name === writer.name || (reader.aliases ?? []).includes(writer.name ?? "");
}

export function isUnion(type: Type): type is types.WrappedUnionType {
  return avro.Type.isType(type, "union");
}

export function isRecord(type: Type): type is types.RecordType {
  return avro.Type.isType(type, "record", "error");
}

export function isArray(type: Type): type is types.ArrayType {
  return avro.Type.isType(type, "array");
}

export function isMap(type: Type): type is types.MapType {
  return avro.Type.isType(type, "map");
}

export function isEnum(type: Type): type is types.EnumType {
  return avro.Type.isType(type, "enum");
}

export function isFixed(type: Type): type is types.FixedType {
  return avro.Type.isType(type, "fixed");
}

export function isNamed(type: Type): type is NamedType {
  return isRecord(type) || isEnum(type) || isFixed(type);
}
