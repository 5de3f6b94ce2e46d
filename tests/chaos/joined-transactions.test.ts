import { expect, test } from "vitest";
import { type Batch, batchesIn, joinedIn } from "./joined-transactions.ts";

const data = (offset: number, epoch: number, producerId = "7"): Batch => ({
  offset,
  producerId,
  epoch,
  marker: false,
});
const marker = (offset: number, epoch: number, producerId = "7"): Batch => ({
  ...data(offset, epoch, producerId),
  marker: true,
});

test("a marker that ends what an earlier epoch left open is found, with what it ended", () => {
  const hanging = [data(0, 0), marker(1, 0), data(2, 0), data(3, 2), marker(4, 2)];
  expect(joinedIn("t-0", hanging)).toEqual([
    { partition: "t-0", marker: marker(4, 2), earlier: [data(2, 0)] },
  ]);
});

test("a fence's marker, other producers between, and one transaction after the other are in order", () => {
  const sound = [data(0, 0), data(1, 3, "8"), marker(2, 1), data(3, 1), marker(4, 3, "8"), marker(5, 1)];
  expect(joinedIn("t-0", sound)).toEqual([]);
});

test("batches are read from a log file up to what a kill left half written; others are passed over", () => {
  const batch = (offset: number, attributes: number): Buffer => {
    const bytes = Buffer.alloc(70);
    bytes.writeBigInt64BE(BigInt(offset), 0);
    bytes.writeInt32BE(bytes.length - 12, 8);
    bytes.writeInt16BE(attributes, 21);
    bytes.writeBigInt64BE(7n, 43);
    bytes.writeInt16BE(2, 51);
    return bytes;
  };
  const log = Buffer.concat([batch(0, 0x10), batch(1, 0), batch(2, 0x30), batch(3, 0x10).subarray(0, 40)]);
  expect([...batchesIn(log)]).toEqual([data(0, 2), marker(2, 2)]);
});
