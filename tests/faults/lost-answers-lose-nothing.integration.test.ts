import { randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { type KafkaProxy, startKafkaProxy } from "../support/kafka-proxy.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { inFull, PipelineUnderLoad } from "./pipeline-under-load.ts";
import { kafkaAt } from "./topic-contents.ts";

/*
 * Kafka and the gateway do their work, and only their answers are lost.
 */
const broker = inject("kafka");
const ROUNDS = inFull(1, 5);

describe("a producer whose answers are lost", () => {
  const direct = kafkaAt(broker);
  let topic: string;
  let proxy: KafkaProxy;

  beforeAll(async () => {
    proxy = await startKafkaProxy(broker);
    topic = `replies-lost-${randomUUID().slice(0, 8)}`;
    const admin = await direct.admin();
    await admin.ensureTopics([{ topic, partitions: 1 }]);
    await admin.close();
  });
  afterAll(async () => {
    proxy.close();
    const admin = await direct.admin();
    await admin.deleteTopics([topic]);
    await admin.close();
  });

  /** What Kafka has of these values, each named once. */
  async function kept(prefix: string): Promise<readonly string[]> {
    const records = await contentsOf(direct, [topic]);
    const values = records.map((record) => String(record.value));
    return [...new Set(values.filter((value) => value.startsWith(prefix)))].sort();
  }

  /** Loses the answer to the next request, and no other. */
  async function loseOne(): Promise<void> {
    const { lost } = proxy;
    proxy.loseReplies("Produce");
    await eventually(() => expect(proxy.lost).toBeGreaterThan(lost), 60_000, 2);
    proxy.loseReplies(null);
  }

  test("control: concurrent sends of a bare idempotent kafkajs producer are acknowledged and not kept", async () => {
    const client = new kafkajs.Kafka({
      brokers: [proxy.address],
      requestTimeout: 1_000,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const producer = client.producer({
      idempotent: true,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const send = (value: string) => producer.send({ topic, acks: -1, messages: [{ value }] });
    await send("bare 0");
    const acknowledged = Promise.all([send("bare 1"), send("bare 2")]);
    await loseOne();
    await acknowledged;
    await producer.disconnect();
    // One took the sequence number that the other had given back, so the broker took it for a repetition.
    expect(await kept("bare")).toHaveLength(2);
  });

  test("concurrent sends of ours are kept when they are acknowledged, whichever answers are lost", async () => {
    const random = seededRandom(9, "answers");
    const producer = await kafkaAt(proxy.address).producer({ timeoutMs: 500 });
    let n = 0;
    const acknowledged: string[] = [];
    const send = async (): Promise<void> => {
      const value = `ours ${n++}`;
      const record = { topic, partition: 0, key: null, value: Buffer.from(value) };
      await producer.send([record]).then(
        () => acknowledged.push(value),
        () => {},
      );
    };
    for (let round = 0; round < 3 * ROUNDS; round++) {
      const sends = Array.from({ length: 1 + Math.floor(random() * 20) }, send);
      const losing = loseOne();
      await Promise.all([...sends, losing]);
      await Promise.all(Array.from({ length: 5 }, send));
    }
    await producer.close();
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(await kept("ours")).toEqual(expect.arrayContaining(acknowledged));
  });
});

describe("gateway and dedup under load", () => {
  let servers: TestServers | undefined;
  let pipeline: PipelineUnderLoad | undefined;

  beforeAll(async () => {
    const TOPIC_PREFIX = `replies-lost-${randomUUID().slice(0, 8)}.`;
    servers = await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX });
  });
  afterAll(() => servers?.stop());
  afterEach(() => pipeline?.close());

  test(
    "each reading is counted once while answers to Produce and EndTxn, then PUBACKs are lost, then Kafka is cut off",
    async () => {
      const registryUrl = servers?.addresses.SCHEMA_REGISTRY_URL ?? "";
      pipeline = await PipelineUnderLoad.open({ broker, registryUrl, seed: 9 });
      const load = pipeline;
      const { kafka, mqtt } = load.gateway();
      const dedupKafka = load.dedup.kafka;
      for (let round = 0; round < ROUNDS; round++) {
        const opened = dedupKafka.accepted;
        kafka.loseReplies("Produce");
        dedupKafka.loseReplies("EndTxn");
        // Until each has given up on what it had under way and begun again.
        await comeBack(load);
        kafka.loseReplies(null);
        await eventually(() => expect(dedupKafka.accepted).toBeGreaterThan(opened));
        dedupKafka.loseReplies(null);
        await load.progress();

        mqtt.rule("replies", { mode: "drop" });
        const { replies } = kafka.seen;
        await eventually(() => expect(kafka.seen.replies).toBeGreaterThan(replies + 200), 60_000, 5);
        mqtt.cut();
        mqtt.heal();
        await load.progress();

        for (const proxy of [kafka, dedupKafka]) {
          proxy.refuse(true);
          proxy.cut();
        }
        await comeBack(load);
        for (const proxy of [kafka, dedupKafka]) proxy.refuse(false);
        await load.progress();
      }
      const { twice } = await load.settled();
      expect(twice).toBeGreaterThan(0);
    },
    120_000 * ROUNDS,
  );
});

/** Every agent has lost its connection and is back. */
async function comeBack({ agents }: PipelineUnderLoad): Promise<void> {
  const before = agents.map((agent) => agent.connections);
  await eventually(() => expect(agents.every((agent, n) => agent.connections > (before[n] ?? 0))).toBe(true));
}
