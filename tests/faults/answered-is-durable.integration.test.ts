import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import { readThrough } from "../../infra/runtime/kafka/testing/contents.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";
import { kafkaAt } from "./topic-contents.ts";

/*
 * The schema registry and the REST Proxy as processes, killed while clients write: what was acknowledged stands, each
 * id belongs to one schema, each answered offset holds its record.
 */
const KAFKA_BROKERS = inject("kafka");
const TOPIC_PREFIX = `killed-${randomUUID().slice(0, 8)}.`;
const topic = `${TOPIC_PREFIX}greetings`;
const ROUNDS = 3;

let kafka: Kafka;
const running = new Set<StageProcess>();

beforeAll(async () => {
  kafka = kafkaAt(KAFKA_BROKERS);
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic, partitions: 2 }]);
  await admin.close();
});
afterEach(async () => {
  for (const stage of running) await stage.kill();
  running.clear();
});
afterAll(async () => {
  const admin = await kafka.admin();
  await admin.deleteTopics([topic, `${TOPIC_PREFIX}_schemas`]);
  await admin.close();
});

interface Server {
  readonly url: string;
  readonly stage: StageProcess;
}

/** The first start takes a free port, the later ones the same. */
async function start(stage: string, portName: string, url?: string): Promise<Server> {
  const env = { KAFKA_BROKERS, TOPIC_PREFIX, [portName]: url ? new URL(url).port : "0" };
  const process = await startStage(stage, env, '"ready"');
  running.add(process);
  return { stage: process, url: url ?? /"url":"([^"]+)"/.exec(process.log)?.[1] ?? "" };
}

async function post(url: string, type: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

/**
 * Four clients call `work` one after the other, counting up, while the server is killed and started again; a call
 * that fails is lost to its client and not repeated.
 */
async function underKills(
  server: Server,
  restart: () => Promise<Server>,
  work: (n: number) => Promise<void>,
): Promise<void> {
  let n = 0;
  let going = true;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (going) {
      try {
        await work(n++);
        answered++;
      } catch {
        await sleep(20);
      }
    }
  };
  const clients = Array.from({ length: 4 }, client);
  let current = server;
  for (let round = 0; round < ROUNDS; round++) {
    const target = answered + 30;
    await eventually(() => expect(answered).toBeGreaterThan(target), 60_000, 10);
    await current.stage.kill("SIGKILL");
    running.delete(current.stage);
    current = await restart();
  }
  const target = answered + 30;
  await eventually(() => expect(answered).toBeGreaterThan(target), 60_000, 10);
  going = false;
  await Promise.all(clients);
}

test("every answered id gives back its schema, and no two share one, when a registry is killed while clients register", async () => {
  const folder = "infra/servers/schema-registry";
  const server = await start(folder, "SCHEMA_REGISTRY_PORT");
  const known = new Map<number, string>();
  const clashes: number[] = [];
  await underKills(
    server,
    () => start(folder, "SCHEMA_REGISTRY_PORT", server.url),
    async (n) => {
      const schema = `{"type":"record","name":"R${n}","fields":[]}`;
      const { id } = (await post(`${server.url}/subjects/s${n}/versions`, "application/json", {
        schema,
      })) as { id: number };
      if (known.has(id)) clashes.push(id);
      known.set(id, schema);
    },
  );
  expect(clashes).toEqual([]);
  for (const [id, schema] of known) {
    const answer = (await (await fetch(`${server.url}/schemas/ids/${id}`)).json()) as { schema: string };
    expect(answer.schema).toBe(schema);
  }
});

test("every answered offset holds its record when a REST Proxy is killed while clients produce", async () => {
  const folder = "infra/servers/rest-proxy";
  const server = await start(folder, "REST_PROXY_PORT");
  const answered = new Map<string, string>();
  await underKills(
    server,
    () => start(folder, "REST_PROXY_PORT", server.url),
    async (n) => {
      const records = [{ key: n, value: `a${n}` }, { value: `b${n}` }];
      const type = "application/vnd.kafka.json.v2+json";
      const { offsets } = (await post(`${server.url}/topics/${topic}`, type, { records })) as {
        offsets: { partition: number; offset: number; error_code: number | null }[];
      };
      for (const [i, { partition, offset, error_code }] of offsets.entries()) {
        if (error_code === null) answered.set(`${partition}@${offset}`, `"${"ab"[i]}${n}"`);
      }
    },
  );
  const held = new Map<string, string>();
  await readThrough(kafka, [topic], (records) => {
    for (const r of records) held.set(`${r.partition}@${r.offset}`, String(r.value));
  });
  expect(answered.size).toBeGreaterThan(100);
  for (const [place, value] of answered) expect(held.get(place)).toBe(value);
});

test.each([
  ["infra/servers/schema-registry", "SCHEMA_REGISTRY_PORT"],
  ["infra/servers/rest-proxy", "REST_PROXY_PORT"],
])("%s ends in order at SIGTERM", async (folder, portName) => {
  const { stage } = await start(folder, portName);
  await stage.kill("SIGTERM");
  expect(await stage.exited).toBe(0);
});
