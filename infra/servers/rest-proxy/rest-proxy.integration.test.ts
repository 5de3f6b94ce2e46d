import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import type { HttpServer } from "../../runtime/http/listen.ts";
import { clusterView } from "../../runtime/kafka/cluster-view.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import type { InRecord, Kafka } from "../../runtime/kafka/ports.ts";
import { contentsOf } from "../../runtime/kafka/testing/contents.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { proxyServer } from "./http/server.ts";
import type { ProduceDependencies } from "./produce.ts";
import { memorySchemas } from "./testing/memory-schemas.ts";

const topic = `rest-proxy-${randomUUID()}`;
const compacted = `${topic}-compacted`;
const JSON_TYPE = "application/vnd.kafka.json.v2+json";

let kafka: Kafka;
let proxy: ProduceDependencies;
let server: HttpServer;
let url: string;

beforeAll(async () => {
  const options = {
    brokers: [inject("kafka")],
    clientId: "rest-proxy-test",
    logger: silentLogger,
    clock: systemClock,
  };
  kafka = createKafka(options);
  const admin = await kafka.admin();
  await admin.ensureTopics([
    { topic, partitions: 6 },
    { topic: compacted, partitions: 1, config: { "cleanup.policy": "compact" } },
  ]);
  await admin.close();
  proxy = { producer: await kafka.producer(), cluster: clusterView(options), schemas: memorySchemas() };
  const metrics = { contentType: "text/plain", metrics: async () => "" };
  server = proxyServer({ proxy: () => proxy, metrics, logger: silentLogger, maxBody: 8_000_000 });
  url = (await server.listen(0)).url;
});

afterAll(async () => {
  await server.close();
  await proxy.producer.close();
  await proxy.cluster.close();
});

async function ask(
  line: string,
  body?: unknown,
  type = JSON_TYPE,
): Promise<{ status: number; body: unknown }> {
  const [method = "GET", path = "/"] = line.split(" ");
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": type } };
  const response = await fetch(url + path, { method, ...init });
  return { status: response.status, body: await response.json() };
}

const stored = (from: string): Promise<readonly InRecord[]> => contentsOf(kafka, [from]);

test("what is answered is what Kafka holds: partition, offset, bytes", async () => {
  const records = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: { i } }));
  const { status, body } = await ask(`POST /topics/${topic}`, { records });
  expect(status).toBe(200);
  const { offsets } = body as { offsets: { partition: number; offset: number }[] };
  const held = await stored(topic);
  for (const [i, { partition, offset }] of offsets.entries()) {
    const record = held.find((r) => r.partition === partition && r.offset === offset);
    expect([String(record?.key), String(record?.value)]).toEqual([`"k${i}"`, `{"i":${i}}`]);
  }
});

test("the partition is Java's murmur2 of the stored key bytes, of JSON with its quotes", async () => {
  // org.apache.kafka.common.utils.Utils: toPositive(murmur2(bytes)) % 6, Kafka 4.3.1.
  const expected: Record<string, number> = {
    a: 4,
    ab: 2,
    abc: 3,
    abcd: 2,
    '"k"': 2,
    "Clark/Lake": 4,
    é: 3,
    "a longer key, of several words": 1,
  };
  const records = Object.keys(expected).map((key) => ({
    key: Buffer.from(key).toString("base64"),
    value: "",
  }));
  const { body } = await ask(`POST /topics/${topic}`, { records }, "application/vnd.kafka.binary.v2+json");
  const { offsets } = body as { offsets: { partition: number }[] };
  expect(offsets.map(({ partition }) => partition)).toEqual(Object.values(expected));
});

test("a record that the broker refuses fails; those beside it in the request are stored", async () => {
  const records = [{ key: "a", value: 1 }, { value: 2 }, { key: "c", value: 3 }];
  const { status, body } = await ask(`POST /topics/${compacted}`, { records });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    offsets: [
      { error_code: null },
      { partition: null, offset: null, error_code: 50002 },
      { error_code: null },
    ],
  });
  const values = (await stored(compacted)).map((r) => String(r.value));
  expect([values.includes("1"), values.includes("2"), values.includes("3")]).toEqual([true, false, true]);
});

test("metadata is the broker's", async () => {
  expect(((await ask("GET /topics")).body as string[]).includes(topic)).toBe(true);
  const { body } = await ask(`GET /topics/${compacted}`);
  expect(body).toMatchObject({ name: compacted, configs: { "cleanup.policy": "compact" } });
  const configs = (body as { configs: Record<string, string> }).configs;
  expect(Object.keys(configs).length).toBeGreaterThan(20);
  const brokers = ((await ask("GET /brokers")).body as { brokers: number[] }).brokers;
  expect(brokers).toHaveLength(1);
  const replicas = [{ broker: brokers[0], leader: true, in_sync: true }];
  expect((await ask(`GET /topics/${topic}/partitions/5`)).body).toEqual({
    partition: 5,
    leader: brokers[0],
    replicas,
  });
  const offsets = (await ask(`GET /topics/${compacted}/partitions/0/offsets`)).body;
  expect(offsets).toMatchObject({ beginning_offset: 0, end_offset: expect.any(Number) as number });
});

test("asking for a topic does not create it, and a topic made later is found at once", async () => {
  const later = `${topic}-later`;
  expect((await ask(`GET /topics/${later}`)).status).toBe(404);
  expect((await ask(`POST /topics/${later}`, { records: [{ value: 1 }] })).status).toBe(404);
  const admin = await kafka.admin();
  expect(await admin.listTopics()).not.toContain(later);
  await admin.ensureTopics([{ topic: later, partitions: 1 }]);
  await admin.close();
  expect(await ask(`POST /topics/${later}`, { records: [{ value: 1 }] })).toMatchObject({
    status: 200,
    body: { offsets: [{ partition: 0, offset: 0 }] },
  });
});
