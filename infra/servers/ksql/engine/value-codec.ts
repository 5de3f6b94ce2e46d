import type { SqlType } from "../sql/types.ts";
import { Decimal } from "../values/decimal.ts";
import type { Value } from "../values/value.ts";

/** Values as JSON can hold them: what internal topics carry. */
export type Packed = null | boolean | number | string;

function pack(value: Value): Packed {
  if (typeof value === "bigint" || value instanceof Decimal) return String(value);
  if (Buffer.isBuffer(value)) return value.toString("base64");
  // JSON has no such numbers.
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}

export function packAll(values: readonly Value[]): readonly Packed[] {
  return values.map(pack);
}

type Unpack = (packed: Packed) => Value;

export function unpacker(type: SqlType): Unpack {
  switch (type.base) {
    case "BIGINT":
      return (packed) => (packed === null ? null : BigInt(packed));
    case "DECIMAL":
      return (packed) => (packed === null ? null : (Decimal.parse(String(packed)) ?? null));
    case "BYTES":
      return (packed) => (packed === null ? null : Buffer.from(String(packed), "base64"));
    case "DOUBLE":
      return (packed) => (packed === null ? null : Number(packed));
    default:
      return (packed) => packed;
  }
}

export function unpackAll(unpackers: readonly Unpack[], packed: readonly Packed[]): readonly Value[] {
  return unpackers.map((unpack, i) => unpack(packed[i] ?? null));
}
