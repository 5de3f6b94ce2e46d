import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Kafka, Producer } from "../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { AUDIT_KEYS, type Verdict } from "../../schemas/audit.ts";
import { turnstileId } from "../../schemas/network/devices.ts";
import { STATIONS } from "../../schemas/network/network.ts";
import { topicsByKey, topicsByStation } from "../../schemas/topic-settings.ts";
import { partitionOf } from "../../schemas/topics.ts";
import { findingsIn } from "../proof/world/findings.ts";
import { Pipeline } from "../proof/world/pipeline.ts";
import { type ServerWorld, serverWorld } from "../proof/world/server-world.ts";

/** A real Kafka, the real dedup, queries and auditor, and the command as it is run. */
const IDS = STATIONS.slice(0, 30).map(({ id }) => turnstileId(id, 1));
const TO = 6;
let world: ServerWorld;
let pipeline: Pipeline;
/** The gateways': another one after the change, as gateways begin again then. */
let gateways: Producer;

beforeAll(async () => {
  world = await serverWorld(inject("kafka"));
  gateways = await world.kafka.producer({ lingerMs: 0 });
  const field: Producer = {
    get waiting() {
      return gateways.waiting;
    },
    send: (records) => gateways.send(records),
    close: () => gateways.close(),
  };
  let opened = false;
  const producer: Kafka["producer"] = async (options) => {
    if (opened) return world.kafka.producer(options);
    opened = true;
    return field;
  };
  pipeline = await Pipeline.open({ ...world, kafka: { ...world.kafka, producer } });
}, 120_000);
afterAll(async () => {
  await pipeline?.close();
  await world?.close();
});

test("2 to 6 partitions: no count is lost, none is made twice, and the auditor finds nothing", async () => {
  await pipeline.start();
  await pressed(7);
  await counted(7);
  const early = await command("--to", String(TO));
  expect(early.code).toBe(1);
  expect(early.said).toMatch(/dedup runs: .*stop everything but Kafka/);
  await pipeline.stop();
  const done = await command("--to", String(TO));
  expect(done.said).toMatch(/2 to 6 partitions: \d+ stations moved/);
  expect(done.code).toBe(0);
  const admin = await world.kafka.admin();
  const numbers = async (topics: readonly string[]): Promise<readonly number[]> => [
    ...new Set((await admin.partitionCounts(topics)).values()),
  ];
  expect(await numbers(topicsByStation(pipeline.topics))).toEqual([TO]);
  expect(await numbers(topicsByKey(pipeline.topics))).toEqual([2]);
  await gateways.close();
  gateways = await world.kafka.producer({ lingerMs: 0 });
  pipeline.wire.regroup(TO);
  await pipeline.start();
  const random = seededRandom(22);
  for (let n = 0; n < 15; n++) await pipeline.field.again(random);
  await pressed(5);
  const { turnstiles } = await counted(12);
  expect(turnstiles.repeated, "some came again from before").toBeGreaterThan(0);
  expect(await findingsIn(world.kafka, pipeline.topics.audit)).toEqual([]);
  expect(await sums()).toEqual(new Map(IDS.map((id) => [pipeline.field.device(id).stationId, 12])));
  const inEach = (await admin.endOffsets(pipeline.topics.turnstiles)).map((end) => end > 0);
  const used = new Set(IDS.map((id) => partitionOf(pipeline.field.device(id).stationId, TO)));
  expect(inEach).toEqual(inEach.map((_, partition) => partition < 2 || used.has(partition)));
  await admin.close();
}, 240_000);

/** Each turnstile, once more after the other. */
async function pressed(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    for (const id of IDS) pipeline.field.press(id, 1);
    await stepped();
  }
}

async function stepped(): Promise<void> {
  pipeline.field.collect();
  await pipeline.field.publish();
  await pipeline.field.tell();
}

/** @returns what the auditor says when it has all of it in the clean topic and in the sums. */
async function counted(each: number): Promise<Verdict> {
  let last: Verdict | undefined;
  await eventually(
    async () => {
      await stepped();
      const records = await contentsOf(world.kafka, [pipeline.topics.audit]);
      const { value } = records.findLast(({ key }) => key?.toString() === AUDIT_KEYS.verdict) ?? {};
      last = JSON.parse(value?.toString() ?? "{}") as Verdict;
      const all = each * IDS.length;
      expect(last).toMatchObject({ state: "holds", turnstiles: { numbered: all, clean: all, summed: all } });
    },
    60_000,
    500,
  );
  return last as Verdict;
}

async function sums(): Promise<ReadonlyMap<number, number>> {
  const { wire, topics } = pipeline;
  const rows = await contentsOf(world.kafka, [topics.turnstileSummary]);
  return new Map(rows.map((row) => [wire.stationKeyOf(row), wire.countOf(row)]));
}

async function command(
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> {
  const main = join(projectRoot(), "dist", "infra", "operator", "partitions", "main.js");
  const env = {
    ...process.env,
    KAFKA_BROKERS: inject("kafka"),
    TOPIC_PREFIX: world.prefix,
    ELEVATED_PARENT: "test",
  };
  const child = spawn(process.execPath, [main, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => (said += String(bytes)));
  const [code] = (await once(child, "close")) as [number];
  return { code, said };
}
