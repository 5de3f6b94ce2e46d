import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { startAudit } from "../../central/audit/audit.ts";
import { startDashboard } from "../../central/dashboard/server/dashboard.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroCodec, avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { PipelineUnderLoad } from "./pipeline-under-load.ts";

/*
 * A registry set up again gives the same schemas other numbers, and the old ones to others: keys begin with other
 * bytes, and what is in Kafka already names ids that mean nothing, or something else.
 */
const broker = inject("kafka");
let registries: readonly TestServers[] = [];
let pipeline: PipelineUnderLoad | undefined;

beforeAll(async () => {
  const opened: TestServers[] = [];
  for (let n = 0; n < 3; n++) {
    const TOPIC_PREFIX = `registry-${n}-${randomUUID().slice(0, 8)}.`;
    opened.push(await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX }));
  }
  registries = opened;
  // So that the others' first ids are none of ours here: some decode anything, some nothing.
  for (const registry of [1, 2]) {
    for (let n = 0; n < 7; n++) await register(urlOf(registry), `foreign-${n}`, foreign(n));
  }
});
afterAll(async () => {
  for (const registry of registries) await registry.stop();
});
afterEach(() => pipeline?.close());

test("partitions and counts stay when a registry's ids change between two starts", async () => {
  pipeline = await PipelineUnderLoad.open({ broker, registryUrl: urlOf(0), seed: 10 });
  const load = pipeline;
  const gateway = load.gateway();
  await gateway.kill();
  await load.dedup.kill();
  await gateway.start({ SCHEMA_REGISTRY_URL: urlOf(1) });
  await load.dedup.start({ SCHEMA_REGISTRY_URL: urlOf(1) });
  await load.progress();
  await load.settled();
  const raw = await contentsOf(load.kafka, [load.topics.raw]);
  const keys = new Map<string, Set<number>>();
  for (const { key, partition } of raw) {
    const station = key?.subarray(5).toString("hex") ?? "";
    keys.set(station, (keys.get(station) ?? new Set()).add(partition));
  }
  expect(keys.size).toBe(load.agents.length);
  expect([...keys.values()].map((partitions) => partitions.size)).toEqual(load.agents.map(() => 1));
  const ids = new Set(raw.map(({ value }) => value?.readInt32BE(1)));
  expect(ids.size, "the test changed the ids").toBe(2);
  expect(await contentsOf(load.kafka, [load.topics.deadLetter])).toEqual([]);
  await expectTotals(load, { clean: load.agents.reduce((n, agent) => n + countOf(agent), 0) });
});

/**
 * What the auditor counts of a city without further entries, and the page shows: both with a registry that has seen
 * none of its records.
 */
async function expectTotals(load: PipelineUnderLoad, { clean }: { readonly clean: number }): Promise<void> {
  const around = { clock: systemClock, logger: silentLogger };
  const admin = await load.kafka.admin();
  await admin.ensureTopics(topicSettings(load.topics, BUILT_IN_LIMITS));
  await admin.close();
  await writeSums(load);
  const registry = createRegistryClient({ url: urlOf(2), ...around });
  const audit = startAudit({
    ...{ kafka: load.kafka, registry, prefix: load.prefix, perStation: false },
    ...{ metrics: new Registry(), instance: "test", ...around },
  });
  const dashboard = await startDashboard({
    ...{ kafka: load.kafka, topics: load.topics, metrics: new Registry(), ...around },
    avro: avroDecoder(registry),
    ...{ port: 0, host: "127.0.0.1", webRoot: "/nonexistent", version: "0.0.0-test", instance: "test" },
    ...{ supervisorUrl: null, ksql: null, simulatorUrl: null, demo: { controls: null, token: null } },
    lookbackMs: 15 * 60_000,
  });
  try {
    await eventually(async () => {
      const proof = await (await fetch(`${dashboard.url}/api/v1/proof`)).json();
      expect(proof).toMatchObject({ clean, summed: clean });
    }, 30_000);
  } finally {
    await Promise.all([dashboard.stop(), audit.stop()]);
  }
}

/** As ksqlDB would have, while the first registry was there. */
async function writeSums(load: PipelineUnderLoad): Promise<void> {
  const registry = createRegistryClient({ url: urlOf(0), clock: systemClock, logger: silentLogger });
  const topic = load.topics.turnstileSummary;
  const key = await avroCodec<number>(registry, `${topic}-key`, "station-id");
  const value = await avroCodec<object>(registry, `${topic}-value`, "turnstile-summary");
  const producer = await load.kafka.producer();
  await producer.send(
    load.agents.map((agent) => ({
      topic,
      key: key.encode(agent.stationId),
      value: value.encode({ COUNT: countOf(agent) }),
    })),
  );
  await producer.close();
}

/** Each of its devices has numbered as many. */
function countOf({ acknowledged, deviceIds }: PipelineUnderLoad["agents"][number]): number {
  return acknowledged * deviceIds.length;
}

function urlOf(n: number): string {
  return registries[n]?.addresses.SCHEMA_REGISTRY_URL ?? "";
}

/** Records of no field, which any bytes are too long for, and of one, which many bytes begin with. */
function foreign(n: number): unknown {
  const fields = n % 2 === 0 ? [] : [{ name: "n", type: "long" }];
  return { type: "record", name: `Foreign${n}`, fields };
}

async function register(url: string, subject: string, schema: unknown): Promise<void> {
  const response = await fetch(`${url}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  if (!response.ok) throw new Error(await response.text());
}
