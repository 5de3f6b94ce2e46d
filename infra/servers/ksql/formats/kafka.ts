import type { Column } from "../catalog/source.ts";
import type { Value } from "../values/value.ts";
import type { Serde } from "./serde.ts";

/** Kafka's own serializers: one column, big-endian (`org.apache.kafka.common.serialization`). No column: no key. */
export function kafkaSerde(columns: readonly Column[]): Serde {
  const base = columns[0]?.type.base;
  return {
    decode: (bytes) => (base === undefined ? [] : [decode(base, bytes)]),
    encode: ([value = null]) => (base === undefined || value === null ? null : encode(base, value)),
  };
}

function decode(base: string, bytes: Buffer): Value {
  switch (base) {
    case "INTEGER":
      return sized(bytes, 4).readInt32BE();
    case "BIGINT":
      return sized(bytes, 8).readBigInt64BE();
    case "DOUBLE":
      return sized(bytes, 8).readDoubleBE();
    case "BYTES":
      return bytes;
    default:
      return bytes.toString("utf8");
  }
}

function sized(bytes: Buffer, length: number): Buffer {
  if (bytes.length === length) return bytes;
  throw new Error(`Size of data received by deserializer is not ${length}: ${bytes.length}`);
}

function encode(base: string, value: Exclude<Value, null>): Buffer {
  switch (base) {
    case "INTEGER": {
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeInt32BE(Number(value));
      return bytes;
    }
    case "BIGINT": {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(BigInt(value as bigint));
      return bytes;
    }
    case "DOUBLE": {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeDoubleBE(Number(value));
      return bytes;
    }
    case "BYTES":
      return Buffer.isBuffer(value) ? value : Buffer.from(String(value));
    default:
      return Buffer.from(String(value), "utf8");
  }
}
