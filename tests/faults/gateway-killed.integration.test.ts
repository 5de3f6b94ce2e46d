import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { inFull, PipelineUnderLoad } from "./pipeline-under-load.ts";

const broker = inject("kafka");
const KILLS = inFull(6, 30);

let servers: TestServers | undefined;
let pipeline: PipelineUnderLoad;

beforeAll(async () => {
  const TOPIC_PREFIX = `gateway-killed-${randomUUID().slice(0, 8)}.`;
  servers = await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX });
});
afterAll(() => servers?.stop());

beforeEach(async () => {
  const registryUrl = servers?.addresses.SCHEMA_REGISTRY_URL ?? "";
  pipeline = await PipelineUnderLoad.open({ broker, registryUrl, seed: 5 });
});
afterEach(() => pipeline.close());

/** The gateway is killed and comes back. */
async function killed(): Promise<void> {
  await pipeline.gateway().kill();
  await pipeline.gateway().start();
}

test(
  `killed ${KILLS} times at random under load`,
  async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      await pipeline.acknowledging();
      await pipeline.someMoment();
      await killed();
    }
    await pipeline.settled();
  },
  60_000 + KILLS * 10_000,
);

test("killed after Kafka's acknowledgement and before the PUBACK: kept twice, counted once", async () => {
  const { mqtt, kafka } = pipeline.gateway();
  mqtt.rule("replies", { mode: "drop" });
  const before = kafka.seen.replies;
  // Kafka has answered, and its answers would have become PUBACKs.
  await eventually(() => expect(kafka.seen.replies).toBeGreaterThan(before + 200), 60_000, 5);
  await pipeline.gateway().kill();
  mqtt.heal();
  await pipeline.gateway().start();
  const { twice } = await pipeline.settled();
  expect(twice).toBeGreaterThan(0);
});

test("killed while Kafka's acknowledgements are on their way: kept twice, counted once", async () => {
  const { kafka } = pipeline.gateway();
  kafka.loseReplies("Produce");
  await eventually(() => expect(kafka.lost).toBeGreaterThan(0), 60_000, 5);
  await pipeline.gateway().kill();
  kafka.loseReplies(null);
  await pipeline.gateway().start();
  const { twice } = await pipeline.settled();
  expect(twice).toBeGreaterThan(0);
});

test("killed before Kafka had what was published: sent again", async () => {
  const { kafka } = pipeline.gateway();
  kafka.withhold("Produce");
  await eventually(() => expect(kafka.withheld).toBeGreaterThan(0), 60_000, 5);
  await pipeline.gateway().kill();
  kafka.forget();
  await pipeline.gateway().start();
  await pipeline.settled();
});
