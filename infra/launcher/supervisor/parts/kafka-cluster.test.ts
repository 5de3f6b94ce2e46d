import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokersFor, clusterOf, foundCluster } from "./kafka-cluster.ts";
import { type BrokerSettings, brokerSettings, KAFKA_DEFAULTS } from "./kafka-settings.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "elevated-cluster-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("a new home has the brokers that were asked for, or one", () => {
  expect(brokersFor(home, undefined)).toBe(1);
  expect(brokersFor(home, 3)).toBe(3);
  expect(clusterOf(home)).toBeUndefined();
});

test("a home goes on as it was made, and as one cluster, also when its first start was interrupted", () => {
  const made = foundCluster(home, 3);
  expect(foundCluster(home, 3)).toEqual(made);
  expect(brokersFor(home, undefined)).toBe(3);
  expect(brokersFor(home, 3)).toBe(3);
});

test.each([
  [1, 3],
  [3, 1],
] as const)("a home made with %i is not started with %i: the error says what to do", (made, wanted) => {
  foundCluster(home, made);
  expect(() => brokersFor(home, wanted)).toThrow(
    expect.objectContaining({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/leave --brokers out .* another --home, .* npm run clean/),
    }),
  );
});

test("a home from before there was a choice has one broker, and keeps its cluster's id", () => {
  const data = join(home, "kafka", "data");
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, "meta.properties"), "version=1\ncluster.id=abcDEF-_12\nnode.id=1\n");
  expect(() => brokersFor(home, 3)).toThrow(/made with one broker/);
  expect(foundCluster(home, 1)).toEqual({ brokers: 1, clusterId: "abcDEF-_12" });
});

test("three copies, of which two acknowledge; alone, one", () => {
  const broker = { dataFolder: "/d", port: 9092, durable: false };
  expect(brokerSettings({ ...broker, node: 2, controllerPorts: [1, 2, 3] })).toMatchObject({
    "node.id": 2,
    "controller.quorum.voters": "1@127.0.0.1:1,2@127.0.0.1:2,3@127.0.0.1:3",
    listeners: "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:2",
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "offsets.topic.replication.factor": 3,
    "transaction.state.log.replication.factor": 3,
    "transaction.state.log.min.isr": 2,
  });
  expect(brokerSettings({ ...broker, node: 1, controllerPorts: [1] })).toMatchObject({
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "transaction.state.log.min.isr": 1,
  });
});

test("a sole broker keeps its partitions however slow it is", () => {
  const sessionMs = (controllerPorts: readonly number[]): number =>
    Number(
      brokerSettings({ dataFolder: "/d", node: 1, port: 9092, controllerPorts, durable: false })[
        "broker.session.timeout.ms"
      ],
    );
  expect(sessionMs([1])).toBeGreaterThanOrEqual(30_000);
  expect(sessionMs([1, 2, 3])).toBeLessThan(10_000);
});

test("a broker flushes every message with --durable, and only then", () => {
  const flushed = (durable: boolean): unknown =>
    brokerSettings({ dataFolder: "/d", node: 1, port: 9092, controllerPorts: [1], durable })[
      "log.flush.interval.messages"
    ];
  expect(flushed(true)).toBe(1);
  expect(flushed(false)).toBeUndefined();
});

test("a record with an event time of long ago is not deleted for its age", () => {
  const broker = { dataFolder: "/d", node: 1, port: 9092, controllerPorts: [1], durable: false };
  // Kafka's default is a week, by the record's own time.
  expect(brokerSettings(broker)).toMatchObject({ "log.retention.ms": -1, "log.retention.bytes": 1024 ** 3 });
});

test("topics appear by themselves only where they may", () => {
  const broker = { dataFolder: "/d", node: 1, port: 9092, controllerPorts: [9093], durable: false };
  const said = (settings: BrokerSettings) => {
    const { "auto.create.topics.enable": automatic, "num.partitions": partitions } = brokerSettings(settings);
    return [automatic, partitions];
  };
  expect(said(broker)).toEqual([false, 2]);
  expect(said({ ...broker, newTopics: KAFKA_DEFAULTS })).toEqual([true, 1]);
});
