import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { seededRandom } from "../../infra/runtime/random.ts";
import { eventually } from "../support/eventually.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { firsts, kafkaAt, makeGatewayTopics, type RawRecord, readRaw, upTo } from "./raw-record.ts";
import { ReplayingAgent } from "./replaying-agent.ts";

const STATION = 40380;
const STATIONS = [STATION, 40900, 41220];
const broker = inject("kafka");
const kafka = kafkaAt(broker);
const registryPrefix = `gk-${randomUUID().slice(0, 8)}.`;

let servers: TestServers | undefined;
let prefix: string;
let kafkaProxy: TcpProxy;
let mqttProxy: TcpProxy | undefined;
let raw: RawRecord;
let gateway: StageProcess;
let port = 0;
let agents: ReplayingAgent[] = [];

beforeAll(async () => {
  servers = await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX: registryPrefix });
});
afterAll(() => servers?.stop());

beforeEach(async () => {
  prefix = `gk-${randomUUID().slice(0, 8)}.`;
  await makeGatewayTopics(kafka, prefix);
  raw = await readRaw(kafka, prefix);
  kafkaProxy = await startTcpProxy(broker, { kafka: true });
  port = 0;
  await start();
});

afterEach(async () => {
  for (const agent of agents) agent.stop();
  mqttProxy?.close();
  mqttProxy = undefined;
  await gateway.kill();
  kafkaProxy.close();
  await raw.stop();
});

/** The first start takes a free port, the later ones the same. */
async function start(): Promise<void> {
  gateway = await startStage(
    "gateway",
    {
      KAFKA_BROKERS: kafkaProxy.address,
      SCHEMA_REGISTRY_URL: servers?.addresses.SCHEMA_REGISTRY_URL ?? "",
      TOPIC_PREFIX: prefix,
      MQTT_PORT: String(port),
      GATEWAY_PATIENCE_MS: "3000",
    },
    "MQTT is served",
  );
  port = Number(/"port":(\d+)/.exec(gateway.log)?.[1]);
}

/** Agents that publish until they are told to finish, and their work. */
function work(
  stations: readonly number[],
  paceMs: number,
  url = `mqtt://127.0.0.1:${port}`,
): Promise<unknown> {
  agents = stations.map((stationId) => new ReplayingAgent({ url: () => url, stationId, paceMs }));
  return Promise.all(agents.map((agent) => agent.run()));
}

/** Nothing acknowledged is missing, and without duplicates each station's batches stand in order. */
async function finishAndCompare(work: Promise<unknown>): Promise<void> {
  for (const agent of agents) agent.finish();
  await work;
  await raw.caughtUp();
  for (const { stationId, batches, acknowledged } of agents) {
    expect(acknowledged).toEqual(upTo(batches));
    expect(firsts(raw.batches.get(stationId) ?? [])).toEqual(upTo(batches));
  }
}

function acknowledged(): number[] {
  return agents.map((agent) => agent.acknowledged.length);
}

/** Each agent has had PUBACKs since `before`. */
function progressSince(before: readonly number[]): Promise<void> {
  return eventually(() => {
    expect(acknowledged().every((n, i) => n > (before[i] ?? 0) + 5)).toBe(true);
  });
}

test("killed 30 times at random under load: every acknowledged batch is in Kafka, in order", async () => {
  const random = seededRandom(5, "kills");
  const working = work(STATIONS, 2);
  for (let kill = 0; kill < 30; kill++) {
    await progressSince(acknowledged());
    await sleep(random() * 100);
    await gateway.kill();
    await start();
  }
  await finishAndCompare(working);
}, 400_000);

test("killed after Kafka's acknowledgement and before the PUBACK: twice in Kafka, once in order", async () => {
  const proxy = await startTcpProxy(`127.0.0.1:${port}`);
  mqttProxy = proxy;
  const working = work([STATION], 1, `mqtt://${proxy.address}`);
  await progressSince([0]);
  proxy.rule("replies", { mode: "drop" });
  const inKafka = (): readonly number[] => raw.batches.get(STATION) ?? [];
  await eventually(() => expect(inKafka().length).toBeGreaterThan((acknowledged()[0] ?? 0) + 8));
  await gateway.kill();
  proxy.heal();
  await start();
  await finishAndCompare(working);
  expect(inKafka().length).toBeGreaterThan(agents[0]?.batches ?? 0);
}, 120_000);

test("killed while Kafka's acknowledgements are on their way: replayed", async () => {
  const working = work(STATIONS, 2);
  await progressSince([0, 0, 0]);
  kafkaProxy.rule("replies", { mode: "drop" });
  await eventually(() => expect(agents.every((a) => a.published > a.acknowledged.length)).toBe(true));
  await gateway.kill();
  kafkaProxy.heal();
  await start();
  await finishAndCompare(working);
}, 120_000);

test("Kafka's replies lost, Kafka hung, Kafka cut off: nothing is acknowledged that is not kept", async () => {
  const working = work(STATIONS, 4);
  const faults: readonly (() => void)[] = [
    () => kafkaProxy.rule("replies", { mode: "drop" }),
    () => kafkaProxy.hang(),
    () => {
      kafkaProxy.refuse(true);
      kafkaProxy.cut();
    },
  ];
  for (const fault of faults) {
    await progressSince(acknowledged());
    const connections = agents.map((agent) => agent.connections);
    const { accepted } = kafkaProxy;
    fault();
    // Until the gateway has given up on what it had under way, and the agents came back.
    await eventually(() => {
      expect(agents.every((agent, i) => agent.connections > (connections[i] ?? 0))).toBe(true);
    });
    kafkaProxy.refuse(false);
    // What was dropped is gone from the middle of a reply: those connections can only end.
    kafkaProxy.cut();
    kafkaProxy.heal();
    await eventually(() => expect(kafkaProxy.accepted).toBeGreaterThan(accepted));
  }
  await finishAndCompare(working);
}, 180_000);
