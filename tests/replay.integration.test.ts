import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { avroType } from "../infra/runtime/avro/contracts.ts";
import { systemClock } from "../infra/runtime/clock.ts";
import { createKafka } from "../infra/runtime/kafka/kafka.ts";
import type { OutRecord } from "../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../infra/runtime/logger.ts";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { createRegistryClient } from "../infra/runtime/registry/client.ts";
import { avroCodec } from "../infra/runtime/registry/codec.ts";
import { formatReading, formatTimes, HEADERS, topicNames } from "../schemas/topics.ts";
import { startServers, type TestServers } from "./support/servers.ts";

const prefix = `replay${process.pid}.`;
const topics = topicNames(prefix);
const STATION = 40_380;
const TURNSTILE = "40380-T1";
const SENSOR = "40380-blue-A1";
const BOOT = 1_790_000_000;

let servers: TestServers;

/** Numbers of a turnstile and one train, raw and clean. */
beforeAll(async () => {
  const brokers = inject("kafka");
  servers = await startServers(["schema-registry"], { KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix });
  const around = { clock: systemClock, logger: silentLogger };
  const kafka = createKafka({ brokers: brokers.split(","), clientId: "test", ...around });
  const registry = createRegistryClient({ url: servers.addresses.SCHEMA_REGISTRY_URL, ...around });
  const admin = await kafka.admin();
  await admin.ensureTopics(
    [topics.raw, topics.arrivals, topics.turnstiles].map((topic) => ({ topic, partitions: 2 })),
  );
  await admin.close();
  const entry = await avroCodec<object>(registry, `${topics.turnstiles}-value`, "turnstile");
  const arrival = await avroCodec<object>(registry, `${topics.arrivals}-value`, "arrival");
  const headers = (device: string, seq: number): Readonly<Record<string, string>> => ({
    [HEADERS.reading]: formatReading(device, BOOT, seq, seq),
    [HEADERS.times]: formatTimes({
      service: Date.UTC(2018, 9, 1, 13, 5),
      device: 1,
      edge: 1,
      gateway: 1,
      dedup: 1,
    }),
  });
  const entryOf = (seq: number): OutRecord => ({
    topic: topics.turnstiles,
    partition: 0,
    key: null,
    value: entry.encode({ station_id: STATION, station_name: "Clark/Lake", line: "blue" }),
    headers: headers(TURNSTILE, seq),
  });
  const train: OutRecord = {
    topic: topics.arrivals,
    partition: 0,
    key: null,
    value: arrival.encode({
      ...{ station_id: STATION, train_id: "BL007", direction: "a", line: "blue", train_status: "in_service" },
      ...{ prev_station_id: null, prev_direction: null },
    }),
    headers: headers(SENSOR, 3),
  };
  const run = (deviceId: string, firstSeq: number, n: number) => ({
    ...{ deviceId, bootId: BOOT, firstSeq },
    readings: Array.from({ length: n }, () => ({
      ...{ total: firstSeq + n, serviceTime: 1, deviceTime: 1, edgeTime: 1, line: "blue", arrival: null },
    })),
  });
  const batch = {
    stationId: STATION,
    agentBoot: 1,
    batchId: 1,
    runs: [run(TURNSTILE, 1, 9), run(SENSOR, 3, 1)],
  };
  const raw: OutRecord = {
    topic: topics.raw,
    partition: 0,
    key: null,
    value: Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), avroType("reading-batch").toBuffer(batch)]),
  };
  const producer = await kafka.producer();
  await producer.send([raw, entryOf(4), entryOf(5), entryOf(6), train]);
  await producer.close();
}, 60_000);
afterAll(() => servers?.stop());

/** The command as npm runs it. */
function replay(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const main = join(projectRoot(), "dist", "central", "replay", "main.js");
  const child = spawn(process.execPath, [main, ...args], {
    env: {
      ...process.env,
      ...{ KAFKA_BROKERS: inject("kafka"), TOPIC_PREFIX: prefix },
      SCHEMA_REGISTRY_URL: servers.addresses.SCHEMA_REGISTRY_URL,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

test("what happened is told in order, and counted again", async () => {
  const { code, out, err } = await replay("--from", "5m", "--station", "clark/lake");
  expect(err).toBe("");
  expect(out).toMatch(
    /\d\d:\d\d:\d\d {2}blue {2}BL007 {2}at Clark\/Lake, direction a {2}\(city 13:05 UTC\)\n/,
  );
  expect(out).toMatch(/\d\d:\d\d:00 {2}3 entries in this minute; most: Clark\/Lake 3\n/);
  expect(out).toContain("3 entries and 1 arrival, of 2 devices at 1 station.\n");
  expect(out).toContain("The raw topic has 4 of these readings too.\nThe interval is whole: ");
  expect(code).toBe(0);
});

test("an interval with nothing in it says so, and one that ends before it begins is refused", async () => {
  const [empty, upsideDown, unknown] = await Promise.all([
    replay("--from", "3h", "--to", "2h", "--count"),
    replay("--from", "1h", "--to", "2h"),
    replay("--station", "Clrk"),
  ]);
  expect(empty).toMatchObject({ code: 0 });
  expect(empty.out).toContain("Nothing came in this interval, or Kafka holds it no more.");
  expect(upsideDown.code).toBe(2);
  expect(upsideDown.err).toContain("--to must be later than --from");
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain("did you mean 40630 (Clark/Division)");
});

test("what is missing between two numbers, and what is there twice, is named, and ends with 1", async () => {
  const around = { clock: systemClock, logger: silentLogger };
  const kafka = createKafka({ brokers: inject("kafka").split(","), clientId: "test", ...around });
  const producer = await kafka.producer();
  const record = (seq: number): OutRecord => ({
    ...{ topic: topics.turnstiles, partition: 0, key: null, value: Buffer.from("unread") },
    headers: { [HEADERS.reading]: formatReading(TURNSTILE, BOOT, seq, seq) },
  });
  const unreadable: OutRecord = {
    ...{ topic: topics.arrivals, partition: 0, key: null, value: Buffer.from("unread") },
    headers: { [HEADERS.reading]: formatReading(SENSOR, BOOT, 4, 4) },
  };
  await producer.send([record(6), record(9), record(11), unreadable]);
  await producer.close();
  const [{ code, out }, told] = await Promise.all([replay("--from", "5m", "--json"), replay("--from", "5m")]);
  expect(told.out).toContain("a train at Clark/Lake, in a record that cannot be read\n");
  expect(told.out).toContain(`  ${TURNSTILE}, boot ${BOOT}: numbers 7 to 8 missing\n`);
  expect(told.out).toContain("The interval is NOT whole.");
  expect([code, told.code]).toEqual([1, 1]);
  expect(JSON.parse(out)).toMatchObject({
    entries: 6,
    arrivals: 2,
    inRaw: 5,
    faults: [
      { what: "missing", deviceId: TURNSTILE, bootId: BOOT, from: 7, to: 8 },
      { what: "missing", from: 10, to: 10 },
      { what: "doubled", from: 6, to: 6 },
      { what: "never in the raw topic", from: 11, to: 11 },
      { what: "never in the raw topic", deviceId: SENSOR, from: 4, to: 4 },
    ],
  });
});
