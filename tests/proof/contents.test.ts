import fc from "fast-check";
import { expect, test } from "vitest";
import { readBatch } from "../../central/audit/read/batch.ts";
import { cleanValue } from "../../central/audit/read/clean.ts";
import { CleanRecords } from "../../central/dedup/clean-records.ts";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import { headerOf } from "../../infra/runtime/registry/wire-format.ts";
import type { SchemaName } from "../../schemas/avro/names.ts";
import { decodeReadingBatch } from "../../schemas/avro/reading-batch.ts";
import {
  arrivalSensorId,
  type DeviceRef,
  parseDeviceId,
  turnstileId,
} from "../../schemas/network/devices.ts";
import { DIRECTIONS, LINES, type Station, stationById } from "../../schemas/network/network.ts";
import { type RunReading, TRAIN_STATUSES } from "../../schemas/readings.ts";
import { topicNames } from "../../schemas/topics.ts";

/* dedup and the auditor read and write content with code of their own: they must mean the same, whatever it is. */

const STATION = stationById(40380) as Station;

function codec(name: SchemaName) {
  const type = avroType(name);
  const encode = (value: unknown): Buffer => Buffer.concat([headerOf(1), type.toBuffer(value)]);
  return { id: 1, encode, frame: (body: Buffer) => Buffer.concat([headerOf(1), body]) };
}

const dedup = new CleanRecords({
  codecs: {
    arrivalKey: codec("station-id"),
    arrival: codec("arrival"),
    turnstileKey: codec("station-id"),
    turnstile: codec("turnstile"),
  },
  topics: topicNames(),
  prefix: "",
  perStation: false,
});

/** What the raw record says of each reading, and what the clean record says that dedup makes of it. */
function contents(deviceId: string, body: Buffer): readonly (readonly [raw: unknown, clean: unknown])[] {
  const decoded = decodeReadingBatch(body);
  if (!decoded.ok) throw decoded.error;
  const [run] = decoded.value.runs;
  const ref = parseDeviceId(deviceId) as DeviceRef;
  if (!run) return [];
  const out: OutRecord[] = [];
  const fresh = run.readings.map((reading, i) => ({ seq: run.firstSeq + i, reading }));
  dedup.append(out, STATION, ref, run, fresh, { gateway: 1, dedup: 2 });
  const raw = readBatch(body).runs[0]?.contents?.checksums ?? [];
  return out.map(({ value }, i) => [raw[i], cleanValue(value as Buffer, ref.kind)?.content]);
}

function batchOf(deviceId: string, readings: readonly RunReading[]): Buffer {
  const runs = [{ deviceId, bootId: 1, firstSeq: 1, readings }];
  return avroType("reading-batch").toBuffer({ stationId: STATION.id, agentBoot: 1, batchId: 1, runs });
}

const reading: fc.Arbitrary<RunReading> = fc.record({
  total: fc.constant(9),
  serviceTime: fc.constant(1),
  deviceTime: fc.constant(2),
  edgeTime: fc.constant(3),
  line: fc.constantFrom(...LINES),
  arrival: fc.option(
    fc.record({
      trainId: fc.string({ unit: "binary", maxLength: 8 }),
      status: fc.constantFrom(...TRAIN_STATUSES),
      prevStationId: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      prevDirection: fc.option(fc.constantFrom(...DIRECTIONS)),
    }),
  ),
});
const DEVICES = [
  turnstileId(STATION.id, 1),
  arrivalSensorId(STATION.id, "blue", "a"),
  arrivalSensorId(STATION.id, "red", "b"),
];

test("what dedup writes of any reading says what raw said", () => {
  fc.assert(
    fc.property(fc.constantFrom(...DEVICES), fc.array(reading, { minLength: 1 }), (deviceId, readings) => {
      const both = contents(deviceId, batchOf(deviceId, readings));
      expect(both).toHaveLength(readings.length);
      for (const [raw, clean] of both) expect(raw).toBe(clean);
    }),
    { seed: 16 },
  );
});

test("also of a train whose name is no UTF-8", () => {
  const [, sensor = ""] = DEVICES;
  const train = {
    trainId: "BL4??2",
    status: TRAIN_STATUSES[1],
    prevStationId: 40380,
    prevDirection: "b" as const,
  };
  const times = { total: 9, serviceTime: 1, deviceTime: 2, edgeTime: 3 };
  const body = batchOf(sensor, [{ ...times, line: "blue", arrival: train }]);
  Buffer.from([0xc3, 0x28]).copy(body, body.indexOf("??"));
  const [[raw, clean] = []] = contents(sensor, body);
  expect(raw).toBe(clean);
  expect(typeof clean).toBe("number");
});

test("and another train, status, or place before it is another content", () => {
  const [, sensor = ""] = DEVICES;
  const train = {
    trainId: "BL412",
    status: TRAIN_STATUSES[0],
    prevStationId: 40380,
    prevDirection: "a" as const,
  };
  const times = { total: 9, serviceTime: 1, deviceTime: 2, edgeTime: 3 };
  const others = [
    train,
    { ...train, trainId: "BL413" },
    { ...train, trainId: "BL41" },
    { ...train, status: TRAIN_STATUSES[1] },
    { ...train, prevStationId: 40381 },
    { ...train, prevStationId: null },
    { ...train, prevDirection: "b" as const },
    { ...train, prevDirection: null },
  ];
  const body = batchOf(
    sensor,
    others.map((arrival) => ({ ...times, line: "blue", arrival })),
  );
  expect(new Set(contents(sensor, body).map(([raw]) => raw)).size).toBe(others.length);
});
