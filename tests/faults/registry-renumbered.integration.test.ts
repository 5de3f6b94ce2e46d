import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { contentsOf } from "../../infra/runtime/kafka/contents.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { PipelineUnderLoad } from "./pipeline-under-load.ts";

/*
 * A registry set up anew gives the same schemas other numbers, and the old ones to others: keys begin with other
 * bytes, and what is in Kafka already names ids that mean nothing, or something else.
 */
const broker = inject("kafka");
let registries: readonly TestServers[] = [];
let pipeline: PipelineUnderLoad | undefined;

beforeAll(async () => {
  const opened: TestServers[] = [];
  for (let n = 0; n < 2; n++) {
    const TOPIC_PREFIX = `registry-${n}-${randomUUID().slice(0, 8)}.`;
    opened.push(await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX }));
  }
  registries = opened;
  // So that the other's first ids are nobody's of ours here: some decode anything, some nothing.
  for (let n = 0; n < 7; n++) await register(urlOf(1), `foreign-${n}`, foreign(n));
});
afterAll(async () => {
  for (const registry of registries) await registry.stop();
});
afterEach(() => pipeline?.close());

test("a registry whose ids changed between two starts: partitions stay, counts stay", async () => {
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
});

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
