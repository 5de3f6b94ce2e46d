import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { memoryKafka } from "../../infra/runtime/kafka/memory.ts";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { createMetrics } from "../../infra/runtime/metrics.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { CodedError } from "../../schemas/errors.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { type IngestConfig, ingestConfig } from "./config.ts";
import { startIngest } from "./ingest.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function opened(kafka: Kafka, settings: Partial<IngestConfig> = {}): Promise<string> {
  const ingest = await startIngest({
    config: { ...ingestConfig({}), FLEET_PORT: 0, ...settings },
    kafka,
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    metrics: createMetrics("test"),
    signal: new AbortController().signal,
  });
  stops.push(() => ingest.stop());
  return ingest.url;
}

const event = (sequence: number) => ({
  vehicle_id: "V-1",
  boot: 1,
  sequence,
  time: "2026-01-01T12:00:00Z",
  lat: 41.88,
  lon: -87.63,
  speed: 30,
  heading: 90,
  battery: 80,
  metadata: {},
});

async function withTopic() {
  const kafka = memoryKafka();
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: TOPICS.fleet, partitions: 2 }]);
  return kafka;
}

const post = (url: string, body: unknown, headers = {}) =>
  fetch(`${url}/events`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });

test("202 says that Kafka has it, keyed by the vehicle; GET counts it", async () => {
  const kafka = await withTopic();
  const url = await opened(kafka);
  const answer = await post(url, [event(1), event(2)]);
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: 2 }]);
  const records = kafka.records(TOPICS.fleet);
  expect(records.map(({ key }) => String(key))).toEqual(["V-1", "V-1"]);
  expect(JSON.parse(String(records[1]?.value))).toMatchObject({ ...event(2), received: expect.any(String) });
  expect(await (await fetch(`${url}/events`)).text()).toContain("Events received: 2");
  expect(await (await fetch(`${url}/metrics`)).text()).toContain("fleet_events_total");
});

test("a refused body leaves Kafka as it was", async () => {
  const kafka = await withTopic();
  const url = await opened(kafka);
  expect((await post(url, [event(1), { ...event(2), lat: 200 }])).status).toBe(400);
  expect((await post(url, event(1), { "content-type": "text/plain" })).status).toBe(415);
  expect((await fetch(`${url}/events`, { method: "DELETE" })).status).toBe(405);
  expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  expect(kafka.records(TOPICS.fleet)).toEqual([]);
});

test("a body of 10 MB is told 413", async () => {
  const url = await opened(await withTopic());
  const answer = await post(url, `[${"1,".repeat(5_000_000)}1]`);
  expect(answer.status).toBe(413);
});

test("Kafka away: 503 and when to try again", async () => {
  const kafka = await withTopic();
  const away: Kafka = {
    ...kafka,
    producer: async () => ({
      waiting: 0,
      close: async () => {},
      send: async () => {
        throw new CodedError("KAFKA_UNAVAILABLE", { message: "gone", retryable: true });
      },
    }),
  };
  const answer = await post(await opened(away), event(1));
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
});

test("no room: 429 and when to try again", async () => {
  const url = await opened(await withTopic(), { FLEET_MAX_WAITING_MB: 0 });
  const answer = await post(url, event(1));
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "1"]);
});

test("a client that trickles its request is cut off", async () => {
  const url = await opened(await withTopic(), { FLEET_REQUEST_MS: 500 });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(
    "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
  );
  socket.resume();
  await once(socket, "close");
});
