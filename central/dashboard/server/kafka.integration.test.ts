import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { createKafka } from "../../../infra/runtime/kafka/kafka.ts";
import type { Kafka, Producer } from "../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import { TOPICS, topicNames } from "../../../schemas/topics.ts";
import { type Dashboard, startDashboard } from "./dashboard.ts";
import { readyCity } from "./testing/served.ts";
import { jsonDecoder, type SmallChicago } from "./testing/small-chicago.ts";

const topics = topicNames(`dashboard-${Date.now().toString(36)}.`);
let kafka: Kafka;
let producer: Producer;
let dashboard: Dashboard;
let city: SmallChicago;

/** Carry what the small Chicago and its auditor wrote since the last call over to the broker. */
const carried = new Map<string, number>();
async function carry(): Promise<void> {
  city.audit();
  for (const name of Object.keys(TOPICS) as (keyof typeof TOPICS)[]) {
    const records = city.kafka.records(city.topics[name]);
    const fresh = records.slice(carried.get(name) ?? 0);
    carried.set(name, records.length);
    await producer.send(
      fresh.map(({ key, value, headers }) => ({ topic: topics[name], partition: 0, key, value, headers })),
    );
  }
}

async function start(): Promise<Dashboard> {
  return startDashboard({
    kafka,
    avro: jsonDecoder,
    topics,
    clock: systemClock,
    logger: silentLogger,
    metrics: new Registry(),
    port: 0,
    host: "127.0.0.1",
    supervisorUrl: null,
    ksql: null,
    simulatorUrl: null,
    demo: { controls: null, token: null },
    lookbackMs: 15 * 60_000,
    webRoot: "/nonexistent",
    version: "0.0.0-test",
    instance: "test",
  });
}

beforeAll(async () => {
  kafka = createKafka({
    brokers: [inject("kafka")],
    clientId: "dashboard-test",
    clock: systemClock,
    logger: silentLogger,
  });
  const admin = await kafka.admin();
  await admin.ensureTopics(Object.values(topics).map((topic) => ({ topic, partitions: 2 })));
  await admin.close();
  producer = await kafka.producer();
  city = await readyCity();
});

afterAll(async () => {
  await dashboard?.stop();
  await producer?.close();
});

const soon = { timeout: 30_000, interval: 50 };

test("on a real broker the totals agree, and a restarted server shows the present at once", async () => {
  dashboard = await start();
  city.press(40380, 7);
  city.arrive("BL001", 40380, "blue", "b");
  await carry();
  const proof = async (): Promise<unknown> => (await fetch(`${dashboard.url}/api/v1/proof`)).json();
  const trains = async (): Promise<unknown> => (await fetch(`${dashboard.url}/api/v1/trains`)).json();
  await vi.waitFor(
    async () => expect(await proof()).toMatchObject({ state: "holds", devices: 7, clean: 7, summed: 7 }),
    soon,
  );
  city.press(41400, 5);
  city.arrive("BL001", 40370, "blue", "b");
  await carry();
  await vi.waitFor(async () => expect(await proof()).toMatchObject({ state: "holds", summed: 12 }), soon);
  expect(await trains()).toMatchObject([{ id: "BL001", stationId: 40370 }]);

  await dashboard.stop();
  dashboard = await start();
  await vi.waitFor(async () => expect(await proof()).toMatchObject({ state: "holds", summed: 12 }), soon);
  // The verdict and the trains are of different topics.
  await vi.waitFor(
    async () => expect(await trains()).toMatchObject([{ id: "BL001", stationId: 40370 }]),
    soon,
  );
});

test("a moment of the past is read by time, while the present goes on", async () => {
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${dashboard.url}/api/v1${path}`)).json();
  const at = new Date().toISOString();
  const moment = `?at=${at}`;
  // Kafka's time has milliseconds: what comes now is later.
  await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(at));
  city.press(40380, 3);
  city.arrive("BL001", 40790, "blue", "b");
  await carry();
  await vi.waitFor(async () => expect(await get("/proof")).toMatchObject({ summed: 15 }), soon);
  expect(await get(`/stations/40380${moment}`)).toMatchObject({ entries: 7 });
  expect(await get(`/stations/41400${moment}`)).toMatchObject({ entries: 5 });
  expect(await get(`/trains${moment}`)).toMatchObject([{ id: "BL001", stationId: 40370 }]);
  expect(await get(`/proof${moment}`)).toMatchObject({ state: "holds", summed: 12 });
  expect(await get("/stations/40380")).toMatchObject({ entries: 10 });

  const { from, to } = (await get("/history")) as { readonly from: number; readonly to: number };
  const bounds = `?from=${new Date(from).toISOString()}&to=${new Date(to + 1).toISOString()}`;
  expect(await get(`/recount${bounds}`)).toMatchObject({ whole: true, entries: 15, arrivals: 3, faults: [] });
  const { snapshot } = (await get(`/moments${moment}`)) as { readonly snapshot: { readonly now: number } };
  expect(snapshot.now).toBe(Date.parse(moment.slice(4)));
});

test("on a real broker an incident outlives the server that opened it", async () => {
  city.find({ firstSeen: Date.UTC(2018, 9, 16, 13, 5) });
  await carry();
  const id = "finding-lost-dedup-40380-T1-1700000000-51-20181016T130500Z";
  const incident = async (): Promise<unknown> =>
    (await fetch(`${dashboard.url}/api/v1/incidents/${id}`)).json();
  await vi.waitFor(async () => expect(await incident()).toMatchObject({ kept: true, times: 1 }), soon);
  const { openedAt } = (await incident()) as { readonly openedAt: number };
  await dashboard.stop();
  dashboard = await start();
  // Its findings would open it again, at another moment: this is the one that was kept.
  await vi.waitFor(async () => expect(await incident()).toMatchObject({ openedAt, kept: true }), soon);
});
