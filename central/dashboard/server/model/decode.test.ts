import avsc, { type Schema } from "avsc";
import { describe, expect, test } from "vitest";
import { type InRecord, OFFSET_KEY } from "../../../../infra/runtime/kafka/ports.ts";
import { avroCodec, avroDecoder } from "../../../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../../../infra/runtime/registry/testing/memory.ts";
import { headerOf } from "../../../../infra/runtime/registry/wire-format.ts";
import type { SchemaName } from "../../../../schemas/avro/names.ts";
import type { DedupState } from "../../../../schemas/records.ts";
import { formatTimes, HEADERS, topicNames } from "../../../../schemas/topics.ts";
import { inputDecoder } from "./decode.ts";

const topics = topicNames("t.");
const registry = memoryRegistry();
const decode = inputDecoder(topics, avroDecoder(registry));

async function avro(subject: string, schema: SchemaName, value: unknown): Promise<Buffer> {
  return (await avroCodec<unknown>(registry, subject, schema)).encode(value);
}

/** As ksqlDB writes a value: a schema of its own making. */
async function foreign(subject: string, schema: Schema, value: unknown): Promise<Buffer> {
  const id = await registry.register(subject, schema);
  return Buffer.concat([headerOf(id), avsc.Type.forSchema(schema, { wrapUnions: false }).toBuffer(value)]);
}

function record(topic: string, key: Buffer | null, value: Buffer | null, headers = {}): InRecord {
  return { topic, partition: 0, offset: 0, timestamp: 1_000, key, value, headers };
}

const times = { service: 1, device: 2, edge: 3, gateway: 4, dedup: 5 };
const stationKey = (topic: string): Promise<Buffer> => avro(`${topic}-key`, "station-id", 40380);

describe("records as the stages write them", () => {
  test("an arrival, with its time at every hop", async () => {
    const arrival = {
      station_id: 40380,
      train_id: "BL001",
      direction: "b",
      line: "blue",
      train_status: "in_service",
      prev_station_id: null,
      prev_direction: null,
    };
    const value = await avro(`${topics.arrivals}-value`, "arrival", arrival);
    const headers = { [HEADERS.times]: formatTimes(times) };
    expect(
      await decode(record(topics.arrivals, await stationKey(topics.arrivals), value, headers)),
    ).toMatchObject({
      kind: "arrival",
      record: arrival,
      times,
    });
  });

  test("an entry needs no more than its key and headers", async () => {
    const headers = { [HEADERS.times]: formatTimes(times), [HEADERS.reading]: "40380-T1;5;9;9" };
    const entry = record(topics.turnstiles, await stationKey(topics.turnstiles), Buffer.from("?"), headers);
    expect(await decode(entry)).toEqual({
      kind: "entry",
      at: 1_000,
      stationId: 40380,
      deviceId: "40380-T1",
      times,
      place: {
        ...{ topic: topics.turnstiles, partition: 0, offset: 0, at: 1_000 },
        header: "40380-T1;5;9;9",
      },
    });
  });

  test("ksqlDB's count, whose column is nullable, and a row that is gone", async () => {
    const schema: Schema = {
      type: "record",
      name: "KsqlDataSourceSchema",
      namespace: "io.confluent.ksql.avro_schemas",
      fields: [{ name: "COUNT", type: ["null", "long"], default: null }],
    };
    const key = await stationKey(topics.turnstileSummary);
    const value = await foreign(`${topics.turnstileSummary}-value`, schema, { COUNT: 12 });
    expect(await decode(record(topics.turnstileSummary, key, value))).toMatchObject({
      stationId: 40380,
      count: 12,
    });
    expect(await decode(record(topics.turnstileSummary, key, null))).toMatchObject({
      stationId: 40380,
      count: null,
    });
  });

  test("dedup's state, and not the offsets its loop keeps beside it", async () => {
    const state: DedupState = {
      station_id: 40380,
      boots: [
        {
          device_id: "40380-T1",
          boot_id: 1_700_000_000,
          ranges: [{ from: 1, to: 9 }],
          lost: [],
          duplicates: 2,
          total: 9,
        },
      ],
      arrivals: 0,
      entries: 9,
      service_time: 1,
      ...{ page: 0, next_page: 1, older: [] },
    };
    const key = await stationKey(topics.dedupState);
    const value = await avro(`${topics.dedupState}-value`, "dedup-state", state);
    const decoded = await decode(record(topics.dedupState, key, value));
    expect(decoded).toEqual({ kind: "dedup", at: 1_000, partition: 0, state });
    const offset = record(topics.dedupState, Buffer.from(`${OFFSET_KEY}t.raw`), Buffer.from("17"));
    expect(await decode(offset)).toBeNull();
    const pageKey = await avro(`${topics.dedupState}-key`, "station-id", 403_800_017);
    expect(await decode(record(topics.dedupState, pageKey, value))).toBeNull();
    expect(await decode(record(topics.dedupState, pageKey, null))).toBeNull();
  });

  test("weather with its service time, a station, and a device that is forgotten", async () => {
    const weather = record(
      topics.weather,
      await avro(`${topics.weather}-key`, "weather-key", { timestamp: 77 }),
      await avro(`${topics.weather}-value`, "weather", { temperature: 42.1, status: "windy" }),
    );
    expect(await decode(weather)).toEqual({
      kind: "weather",
      record: { temperature: 42.1, status: "windy" },
      service: 77,
    });
    const gone = record(
      topics.stationsTable,
      await avro(`${topics.stationsTable}-key`, "station-key", { station_id: 40380, line: "green" }),
      null,
    );
    expect(await decode(gone)).toEqual({ kind: "station-gone", stationId: 40380, line: "green" });
    const forgotten = record(
      topics.devices,
      await avro(`${topics.devices}-key`, "device-id", "40380-T1"),
      null,
    );
    expect(await decode(forgotten)).toEqual({ kind: "state-gone", id: "40380-T1" });
  });

  test("what is no Avro of ours is an error that names the record's trouble, not a value", async () => {
    await expect(decode(record(topics.arrivals, null, Buffer.from("not avro")))).rejects.toMatchObject({
      code: "AVRO_INVALID",
    });
    await expect(decode(record(topics.arrivals, null, null))).rejects.toMatchObject({ code: "AVRO_INVALID" });
  });
});
