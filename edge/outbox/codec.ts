import avro, { type Type } from "avsc";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { StoredReading } from "./ledger.ts";

/** The type of one reading within a batch: a stored reading is encoded as it will travel. */
function runReadingType(): Type {
  const itemsOf = (type: Type, field: string): Type => {
    const list = type instanceof avro.types.RecordType ? type.field(field)?.type : undefined;
    if (list instanceof avro.types.ArrayType) return list.itemsType;
    throw new TypeError(`the batch schema has no list "${field}"`);
  };
  return itemsOf(itemsOf(avroType("reading-batch"), "runs"), "readings");
}

const HEADER = 16;
const type = runReadingType();

/** Row layout: boot id and seq as doubles (both below 2^53), then the Avro body of the reading within a run. */
export function encodeReading(reading: StoredReading): Buffer {
  const head = Buffer.allocUnsafe(HEADER);
  head.writeDoubleBE(reading.bootId, 0);
  head.writeDoubleBE(reading.seq, 8);
  return Buffer.concat([head, type.toBuffer(reading)]);
}

export function decodeReading(deviceId: string, row: Buffer): StoredReading {
  const body = type.fromBuffer(row.subarray(HEADER)) as Omit<StoredReading, "deviceId" | "bootId" | "seq">;
  return { ...body, deviceId, ...identityIn(row) };
}

/** Which reading a row holds, without decoding it. */
export function identityIn(row: Buffer): { readonly bootId: number; readonly seq: number } {
  return { bootId: row.readDoubleBE(0), seq: row.readDoubleBE(8) };
}

/** What the reading adds to a batch, bytes. */
export function sizeInBatch(row: Buffer): number {
  return row.length - HEADER;
}
