import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SCHEMA_NAMES } from "../../../schemas/avro/names.ts";
import { fingerprintOf, SingleObjectCodec } from "../../../schemas/avro/single-object.ts";
import { CodedError } from "../../../schemas/errors.ts";
import { MAX_COUNT, type ReadingBatch } from "../../../schemas/readings.ts";
import { projectRoot } from "../project-root.ts";
import { avroType } from "./contracts.ts";

const batch: ReadingBatch = {
  stationId: 40380,
  agentBoot: 1_700_000_000,
  batchId: 1,
  runs: [
    {
      deviceId: "40380-T1",
      bootId: 1_700_000_001,
      firstSeq: 1,
      readings: [{ total: 1, serviceTime: 1, deviceTime: 2, edgeTime: 3, line: "blue", arrival: null }],
    },
    {
      deviceId: "40380-blue-A1",
      bootId: 1_700_000_002,
      firstSeq: MAX_COUNT,
      readings: [
        {
          total: MAX_COUNT,
          serviceTime: 1,
          deviceTime: 2,
          edgeTime: 3,
          line: "blue",
          arrival: { trainId: "BL001", status: "in_service", prevStationId: 41660, prevDirection: "b" },
        },
      ],
    },
  ],
};

test("every schema file is known by name, and every name has its file", () => {
  const files = readdirSync(join(projectRoot(), "schemas", "avro")).filter((file) => file.endsWith(".avsc"));
  expect(files.sort()).toEqual(SCHEMA_NAMES.map((name) => `${name}.avsc`).sort());
  for (const name of SCHEMA_NAMES) expect(() => avroType(name)).not.toThrow();
});

test("the values of the clean topics hold exactly the agreed fields", () => {
  const fields = (name: "arrival" | "turnstile" | "weather"): string[] =>
    (avroType(name).schema() as { fields: { name: string }[] }).fields.map((field) => field.name);
  expect(fields("arrival")).toEqual([
    "station_id",
    "train_id",
    "direction",
    "line",
    "train_status",
    "prev_station_id",
    "prev_direction",
  ]);
  expect(fields("turnstile")).toEqual(["station_id", "station_name", "line"]);
  expect(fields("weather")).toEqual(["temperature", "status"]);
});

test("a batch survives single-object encoding, up to the greatest count", () => {
  const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
  expect(codec.decode(codec.encode(batch))).toEqual(batch);
});

test('the fingerprint is CRC-64-AVRO: its value for the schema "int" is the specification\'s', () => {
  // Avro 1.11, Java's SchemaNormalization.parsingFingerprint64 of "int": 0x7275d51a3f395c8f.
  expect(fingerprintOf(avroType("station-id")).readBigUInt64LE().toString(16)).toBe("7275d51a3f395c8f");
});

test("another schema's bytes, a cut head and a cut body are refused by code", () => {
  const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
  const good = codec.encode(batch);
  const foreign = Buffer.from(good);
  foreign[4] = (foreign[4] ?? 0) ^ 1;
  for (const bad of [foreign, good.subarray(0, 5), good.subarray(0, good.length - 3), Buffer.alloc(0)]) {
    expect(() => codec.decode(bad)).toThrow(CodedError);
  }
});
