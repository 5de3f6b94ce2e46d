import { readFileSync } from "node:fs";
import avro from "avsc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_COUNT, type ReadingBatch } from "../readings.ts";
import { arbitraryInt, arbitraryLong, arbitraryReading } from "../testing/arbitrary-readings.ts";
import { AvroCursor } from "./avro-cursor.ts";
import { decodeReadingBatch } from "./reading-batch.ts";

const type = avro.Type.forSchema(
  JSON.parse(readFileSync(new URL("reading-batch.avsc", import.meta.url), "utf8")),
  { wrapUnions: false },
);

const batch: fc.Arbitrary<ReadingBatch> = fc.record({
  stationId: arbitraryInt,
  agentBoot: arbitraryLong,
  batchId: arbitraryLong,
  runs: fc.array(
    fc.record({
      deviceId: fc.string({ unit: "grapheme" }),
      bootId: arbitraryLong,
      firstSeq: arbitraryLong,
      readings: fc.array(arbitraryReading(arbitraryLong), { maxLength: 10 }),
    }),
    { maxLength: 5 },
  ),
});

/** The result, and how many bytes and items were looked at for it. */
function watched(bytes: Buffer): {
  readonly result: ReturnType<typeof decodeReadingBatch>;
  readonly steps: number;
} {
  let steps = 0;
  const { long, skipString } = AvroCursor.prototype;
  AvroCursor.prototype.long = function (this: AvroCursor) {
    steps++;
    return long.call(this);
  };
  AvroCursor.prototype.skipString = function (this: AvroCursor) {
    const before = this.remaining;
    const start = skipString.call(this);
    steps += before - this.remaining;
    return start;
  };
  try {
    return { result: decodeReadingBatch(bytes), steps };
  } finally {
    Object.assign(AvroCursor.prototype, { long, skipString });
  }
}

test("whatever avsc writes is read as avsc reads it", () => {
  fc.assert(
    fc.property(batch, (value) => {
      const body = type.toBuffer(value);
      const decoded = decodeReadingBatch(body);
      expect(decoded).toEqual({ ok: true, value });
    }),
    { seed: 1 },
  );
});

test("any bytes end in one of two answers, after no more steps than there are bytes", () => {
  const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
  const damaged = fc
    .tuple(batch, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
    .map(([value, changes]) => {
      const body = type.toBuffer(value);
      for (const [place, byte] of changes) body[place % body.length] = byte;
      return body;
    });
  fc.assert(
    fc.property(fc.oneof(noise, damaged), (bytes) => {
      const { result, steps } = watched(bytes);
      // A step reads a byte at least; the last one may find that there is none.
      expect(steps).toBeLessThanOrEqual(2 * bytes.length + 1);
      if (!result.ok) expect(result.error).toMatchObject({ code: "AVRO_INVALID", retryable: false });
    }),
    { seed: 2, numRuns: 1_000 },
  );
});

test("what is claimed and not there costs nothing: neither steps nor items", () => {
  const head = type.toBuffer({ stationId: 40380, agentBoot: 1, batchId: 1, runs: [] }).subarray(0, -1);
  // Counts of items, and lengths of strings, from one to 2^53 − 2: none of them has that many bytes behind it.
  for (let claim = 2; claim < MAX_COUNT; claim *= 2) {
    const count = avroLong(claim);
    for (const body of [
      count,
      Buffer.concat([avroLong(-claim), avroLong(8)]),
      Buffer.concat([avroLong(1), count]),
    ]) {
      const { result, steps } = watched(Buffer.concat([head, body]));
      expect(result.ok).toBe(false);
      expect(steps).toBeLessThan(12);
    }
  }
});

test("a batch of a megabyte is read whole; a byte more or less is none", () => {
  const press = {
    total: 1,
    serviceTime: 2,
    deviceTime: 3,
    edgeTime: 4,
    line: "blue",
    arrival: null,
  } as const;
  const runs = [{ deviceId: "40380-T1", bootId: 1, firstSeq: 1, readings: Array(150_000).fill(press) }];
  const body = type.toBuffer({ stationId: 40380, agentBoot: 1, batchId: 1, runs });
  const { result, steps } = watched(body);
  expect(result).toMatchObject({ ok: true, value: { runs: [{ readings: { length: 150_000 } }] } });
  expect(steps).toBeLessThanOrEqual(body.length);
  expect(decodeReadingBatch(body.subarray(0, -1)).ok).toBe(false);
  expect(decodeReadingBatch(Buffer.concat([body, Buffer.from([0])])).ok).toBe(false);
});

/** Zigzag varint, also of what avsc does not write. */
function avroLong(value: number): Buffer {
  let rest = value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
