import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { Kafka, OutRecord, Producer, Tail } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { LINES } from "../../schemas/network/network.ts";
import { type Topics, topicNames } from "../../schemas/topics.ts";
import { startStations } from "./stations.ts";

const prefix = `stations-${randomUUID()}.`;
const topics: Topics = topicNames(prefix);
const registry = memoryRegistry();

let kafka: Kafka;
let producer: Producer;
let tail: Tail;
let roles: RunningService[];
/** The table as a reader of the topic has it; every record that came, tombstones too. */
const table = new Map<string, string>();
let written = 0;

const start = async (): Promise<RunningService> => {
  const role = await startStations({
    kafka,
    registry,
    prefix,
    logger: silentLogger,
    metrics: new Registry(),
  });
  roles.push(role);
  return role;
};

beforeEach(async () => {
  kafka = createKafka({
    brokers: [inject("kafka")],
    clientId: "stations-test",
    logger: silentLogger,
    clock: systemClock,
  });
  roles = [];
  await start();
  producer = await kafka.producer();
  const decoder = avroDecoder(registry);
  tail = await kafka.tail({
    topics: [topics.stationsTable],
    from: "beginning",
    async onRecords(records) {
      for (const { key, value } of records) {
        const name = JSON.stringify(await decoder.decode(key ?? Buffer.alloc(0)));
        if (value) table.set(name, JSON.stringify(await decoder.decode(value)));
        else table.delete(name);
        written++;
      }
    },
  });
});
afterEach(async () => {
  await tail.stop();
  await producer.close();
  for (const role of roles) await role.stop();
});

interface Row {
  readonly stop_id: number;
  readonly station_id: number;
  readonly station_name: string;
  readonly order: number;
  readonly red: boolean;
  readonly blue: boolean;
  readonly green: boolean;
}

/** As Debezium writes a change: the row, or for a delete the marked row and a tombstone. */
function change(stopId: number, row: Row | undefined): OutRecord[] {
  const record = (value: object | null): OutRecord => ({
    topic: topics.connectStations,
    partition: 0,
    key: Buffer.from(String(stopId)),
    value: value && Buffer.from(JSON.stringify(value)),
  });
  if (row) return [record({ ...row, __deleted: "false" })];
  return [record({ stop_id: stopId, __deleted: "true" }), record(null)];
}

test("taken over, stopped and started while rows change, the table is that of the last rows", async () => {
  const random = seededRandom(20);
  const pick = (n: number): number => Math.floor(random() * n);
  const rows = new Map<number, Row>();
  for (let round = 0; round < 6; round++) {
    for (let burst = 0; burst < 15; burst++) {
      const records: OutRecord[] = [];
      for (let i = 0; i < 8; i++) {
        const stop_id = 30_000 + pick(12);
        // Two stops of a station always have the same name here, as in the database.
        const station_id = 40_000 + 10 * (stop_id % 6);
        const row = { stop_id, station_id, station_name: `name ${station_id}`, order: stop_id % 6 };
        const next =
          pick(4) > 0 ? { ...row, red: pick(2) > 0, blue: pick(2) > 0, green: pick(2) > 0 } : undefined;
        if (next) rows.set(stop_id, next);
        else rows.delete(stop_id);
        records.push(...change(stop_id, next));
      }
      await producer.send(records);
    }
    const [old] = roles.splice(0, 1);
    const both = round % 2 === 0 ? start() : undefined;
    await old?.stop();
    await (both ?? start());
  }
  const expected = new Map<string, string>();
  for (const row of rows.values()) {
    for (const line of LINES.filter((one) => row[one])) {
      const { station_id, station_name, order } = row;
      expected.set(
        JSON.stringify({ station_id, line }),
        JSON.stringify({ station_id, station_name, order, line }),
      );
    }
  }
  await vi.waitFor(() => expect(new Map([...table].sort())).toEqual(new Map([...expected].sort())), {
    timeout: 30_000,
    interval: 50,
  });
  const before = written;
  await producer.send([...rows.values()].flatMap((row) => change(row.stop_id, row)));
  await producer.send(
    change(39_999, {
      ...(rows.values().next().value as Row),
      stop_id: 39_999,
      station_id: 49_990,
      red: true,
      blue: false,
      green: false,
    }),
  );
  await vi.waitFor(() => expect([...table.keys()].some((key) => key.includes("49990"))).toBe(true), {
    timeout: 30_000,
  });
  expect(written).toBe(before + 1);
});
