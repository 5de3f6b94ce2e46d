import kafkajs, { type ConsumerConfig, type ProducerConfig } from "kafkajs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLogger } from "../../logger.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { Positions } from "../positions.ts";
import { openClient } from "./client.ts";
import { openProcessor } from "./processor.ts";
import { openReader } from "./reader.ts";
import { openSubscription } from "./subscriber.ts";
import { openTransactions } from "./transactions.ts";

/*
 * What kafkajs is given where its own defaults would lose time (delivery rules 5g and 5h). There is no broker here:
 * kafkajs is asked for a consumer or a producer, and that is where it ends.
 */
vi.mock("./cluster.ts", async (original) => ({
  ...(await original<typeof import("./cluster.ts")>()),
  openCluster: async () => ({}),
  topicPlans: async (_: unknown, topics: readonly string[]) =>
    topics.map((topic) => ({ topic, partitions: [{}] })),
}));

const LASTING = { sessionTimeout: 3_000, heartbeatInterval: 500 };

let consumers: ConsumerConfig[];
let producers: ProducerConfig[];
beforeEach(() => {
  consumers = [];
  producers = [];
  vi.spyOn(kafkajs.Kafka.prototype, "consumer").mockImplementation((config) => {
    if (config) consumers.push(config);
    throw new Error("no broker here");
  });
  vi.spyOn(kafkajs.Kafka.prototype, "producer").mockImplementation((config) => {
    if (config) producers.push(config);
    throw new Error("no broker here");
  });
});
afterEach(() => vi.restoreAllMocks());

const cluster = () => ({
  brokers: ["127.0.0.1:1"],
  clientId: "test",
  logger: silentLogger,
  clock: new ManualClock(),
});

test("a killed member of a lasting group is missed within three seconds", async () => {
  const processor = await openProcessor(cluster(), {
    group: "group",
    inputs: ["in"],
    stateTopic: "state",
    task: () => ({ restore: () => {}, process: () => [] }),
  });
  const subscription = openSubscription(cluster(), {
    group: "group",
    topic: "in",
    position: async () => undefined,
    onRecords: async () => {},
  });
  expect(consumers).toMatchObject([LASTING, LASTING]);
  await Promise.all([processor.stop(), subscription.stop()]);
});

test("a tail may be slow: its group is its own", async () => {
  const positions = new Positions();
  positions.set("in", 0, 0);
  const callbacks = { onRecords: () => {}, onProgress: () => {}, onFinal: () => {} };
  const reader = openReader(cluster(), { positions, ...callbacks });
  expect(consumers).toMatchObject([{ sessionTimeout: 30_000, heartbeatInterval: 3_000 }]);
  await reader.stop();
});

test("a transaction that nobody ends is over after ten seconds", async () => {
  await expect(openTransactions(cluster(), "group-in-0", "group")).rejects.toThrow("no broker here");
  expect(producers).toMatchObject([{ transactionTimeout: 10_000, idempotent: true }]);
});

test("every client tries again after 5 ms, growing by 1.2 to 100 ms", () => {
  const { kafka } = openClient(cluster(), { giveUpMs: 1_000 });
  const retry = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === "private:Kafka:clusterRetry",
  );
  expect(retry && Reflect.get(kafka, retry)).toMatchObject({
    initialRetryTime: 5,
    multiplier: 1.2,
    maxRetryTime: 100,
  });
});
