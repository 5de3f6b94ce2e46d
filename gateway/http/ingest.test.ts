import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { createMetrics } from "../../infra/runtime/service/metrics.ts";
import { CodedError } from "../../schemas/errors.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { type IngestConfig, ingestSettings } from "./config.ts";
import { startIngest } from "./ingest.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function opened(kafka: Kafka, settings: Partial<IngestConfig> = {}): Promise<string> {
  const ingest = await startIngest({
    config: { ...readConfig(ingestSettings, {}), FLEET_PORT: 0, ...settings },
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

const event = (sequence: number) => fleetEvent({ sequence });

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

test.each([
  ["its headers", "POST /events HTTP/1.1\r\nHost: x\r\nX-"],
  [
    "its body",
    "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
  ],
  [
    "its body in chunks",
    "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
  ],
])("a client that trickles %s is cut off, and leaves nothing", async (_, begun) => {
  const kafka = await withTopic();
  const url = await opened(kafka, { FLEET_REQUEST_MS: 500 });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(begun);
  socket.resume();
  await once(socket, "close");
  expect(kafka.records(TOPICS.fleet)).toEqual([]);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ heldBytes: 0 });
});

test("with keys a vehicle sends for itself only", async () => {
  const folder = mkdtempSync(join(tmpdir(), "elevated-keys-"));
  stops.push(async () => rmSync(folder, { recursive: true }));
  const file = join(folder, "keys");
  writeFileSync(file, `V-1 ${createHash("sha256").update("secret").digest("hex")}\n`);
  const kafka = await withTopic();
  const url = await opened(kafka, { FLEET_API_KEYS_FILE: file });
  const key = { "x-api-key": "secret" };
  expect((await post(url, event(1))).status).toBe(401);
  expect((await post(url, event(1), { "x-api-key": "guess" })).status).toBe(401);
  expect((await post(url, [event(1), { ...event(2), vehicle_id: "V-2" }], key)).status).toBe(401);
  expect(kafka.records(TOPICS.fleet)).toEqual([]);
  expect((await post(url, [event(1), event(2)], key)).status).toBe(202);
  expect(kafka.records(TOPICS.fleet)).toHaveLength(2);
});

test("a number used again for another event is told 409, and Kafka does not get it", async () => {
  const kafka = await withTopic();
  const url = await opened(kafka);
  expect((await post(url, [event(1), event(2)])).status).toBe(202);
  // The same moment in another zone and the same metadata: a repetition.
  expect((await post(url, { ...event(1), time: "2026-01-01T06:00:00-06:00" })).status).toBe(202);

  const one = await post(url, { ...event(1), lat: 41.9 });
  expect([one.status, await one.json()]).toEqual([
    409,
    { error: expect.stringMatching(/^vehicle_id V-1, boot 1, sequence 1 was another event: .*new boot/) },
  ]);
  const batch = await post(url, [event(3), { ...event(2), speed: 31 }, { ...event(3), speed: 31 }]);
  expect([batch.status, await batch.json()]).toMatchObject([
    409,
    {
      error: "2 of 3 events have numbers of others: nothing was taken",
      events: [{ index: 1 }, { index: 2 }],
    },
  ]);
  expect(kafka.records(TOPICS.fleet)).toHaveLength(3);
  // With a new boot the same numbers are new.
  expect((await post(url, { ...event(1), boot: 2, lat: 41.9 })).status).toBe(202);
});

test("what Kafka never acknowledged binds no later event", async () => {
  const kafka = await withTopic();
  let away = true;
  const flaky: Kafka = {
    ...kafka,
    async producer() {
      const producer = await kafka.producer();
      return {
        waiting: 0,
        close: () => producer.close(),
        async send(records) {
          if (away) throw new CodedError("KAFKA_UNAVAILABLE", { message: "gone", retryable: true });
          return producer.send(records);
        },
      };
    },
  };
  const url = await opened(flaky);
  expect((await post(url, event(1))).status).toBe(503);
  away = false;
  expect((await post(url, { ...event(1), lat: 41.9 })).status).toBe(202);
});

test("a form is taken as an older vehicle sends it, and a repeated event is answered as the first was", async () => {
  const kafka = await withTopic();
  const url = await opened(kafka);
  const { metadata: _, ...fields } = event(1);
  const form = new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
  );
  for (let time = 0; time < 2; time++) {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    expect((await post(url, form.toString(), type)).status).toBe(202);
  }
  // Both are in Kafka: the table knows them as one.
  expect(kafka.records(TOPICS.fleet).map(({ value }) => JSON.parse(String(value)))).toEqual([
    expect.objectContaining(event(1)),
    expect.objectContaining(event(1)),
  ]);
});
