import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { isCoded } from "../../schemas/errors.ts";
import { MAX_COUNT, type ReadingBatch, sizeOf } from "../../schemas/readings.ts";
import { arbitraryReading } from "../../schemas/testing/arbitrary-readings.ts";
import { batchIdOf, checkBatch } from "./batch.ts";

const STATION = 40380;
const type = avroType("reading-batch");

const count = fc.integer({ min: 1, max: MAX_COUNT - 100 });
const run = fc.record({
  deviceId: fc.constantFrom("40380-T1", "40380-T99", "40380-blue-A1", "40380-green-A2"),
  bootId: count,
  firstSeq: count,
  readings: fc.array(arbitraryReading(count), { minLength: 1, maxLength: 20 }),
});
const batch: fc.Arbitrary<ReadingBatch> = fc.record({
  stationId: fc.constant(STATION),
  agentBoot: fc.nat(),
  batchId: fc.nat(),
  runs: fc.array(run, { minLength: 1, maxLength: 5 }),
});

const PRESS = { total: 1, serviceTime: 2, deviceTime: 3, edgeTime: 4, line: "blue", arrival: null } as const;
const GOOD: ReadingBatch = {
  stationId: STATION,
  agentBoot: 7,
  batchId: 8,
  runs: [{ deviceId: "40380-T1", bootId: 9, firstSeq: 1, readings: [PRESS, PRESS] }],
};

function codeOf(body: Buffer): string {
  try {
    checkBatch(body, STATION);
    return "accepted";
  } catch (error) {
    return isCoded(error) ? error.code : `threw ${String(error)}`;
  }
}

test("every batch of a station's own devices is accepted, with its facts", () => {
  fc.assert(
    fc.property(batch, (value) => {
      const { stationId, agentBoot, batchId } = value;
      const { deviceTime, edgeTime } = value.runs.at(-1)?.readings.at(-1) ?? {};
      expect(checkBatch(type.toBuffer(value), STATION)).toEqual({
        stationId,
        agentBoot,
        batchId,
        readings: sizeOf(value),
        deviceTime,
        edgeTime,
      });
    }),
    { seed: 1 },
  );
});

test("what is accepted of damaged bytes, avsc decodes too: Kafka never gets what cannot be read", () => {
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(batch, damage, (value, changes) => {
      const body = type.toBuffer(value);
      for (const [place, byte] of changes) body[Math.floor(place * body.length)] = byte;
      if (codeOf(body) === "accepted") {
        expect(sizeOf(type.fromBuffer(body) as ReadingBatch)).toBe(checkBatch(body, STATION).readings);
      }
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("any bytes are judged without another exception", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(["AVRO_INVALID", "BATCH_INVALID"]).toContain(codeOf(Buffer.from(bytes)));
    }),
    { seed: 3 },
  );
});

test("no prefix of a batch is a batch", () => {
  const body = type.toBuffer(GOOD);
  for (let n = 0; n < body.length; n++) expect(codeOf(body.subarray(0, n))).toBe("AVRO_INVALID");
  expect(codeOf(Buffer.concat([body, Buffer.from([0])]))).toBe("AVRO_INVALID");
});

test("a count beyond the bytes that are there is refused before anything is read for it", () => {
  const head = type.toBuffer({ ...GOOD, runs: [] }).subarray(0, -1);
  const claims2to50 = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02]);
  expect(codeOf(Buffer.concat([head, claims2to50]))).toBe("AVRO_INVALID");
});

describe("a decodable batch is refused when", () => {
  const cases: Record<string, ReadingBatch> = {
    "it is another station's": { ...GOOD, stationId: 40900 },
    "a device is another station's": {
      ...GOOD,
      runs: [...GOOD.runs, { deviceId: "40900-T1", bootId: 1, firstSeq: 1, readings: [PRESS] }],
    },
    "a device id is none": {
      ...GOOD,
      runs: [{ deviceId: "40380-X1", bootId: 1, firstSeq: 1, readings: [PRESS] }],
    },
    "it holds no run": { ...GOOD, runs: [] },
    "a run holds no reading": {
      ...GOOD,
      runs: [{ deviceId: "40380-T1", bootId: 1, firstSeq: 1, readings: [] }],
    },
    "a sequence begins below 1": {
      ...GOOD,
      runs: [{ deviceId: "40380-T1", bootId: 1, firstSeq: 0, readings: [PRESS] }],
    },
    "a sequence ends beyond what can be counted": {
      ...GOOD,
      runs: [{ deviceId: "40380-T1", bootId: 1, firstSeq: MAX_COUNT, readings: [PRESS, PRESS] }],
    },
    "a boot is below 1": {
      ...GOOD,
      runs: [{ deviceId: "40380-T1", bootId: 0, firstSeq: 1, readings: [PRESS] }],
    },
  };
  for (const [name, value] of Object.entries(cases)) {
    test(name, () => expect(codeOf(type.toBuffer(value))).toBe("BATCH_INVALID"));
  }
});

test("the batch id is read even of a batch that ends early", () => {
  expect(batchIdOf(type.toBuffer(GOOD).subarray(0, 6))).toBe(8);
  expect(batchIdOf(Buffer.from([]))).toBeUndefined();
});
