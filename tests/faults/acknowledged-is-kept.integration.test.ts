import { randomUUID } from "node:crypto";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { Devices } from "../../central/dashboard/server/model/devices.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { agentStateTopic, deviceStateTopic } from "../../schemas/mqtt.ts";
import { turnstileId } from "../../schemas/network/devices.ts";
import {
  type AgentState,
  type AnyState,
  agentId,
  type DeviceState,
  type StateOrder,
  WILL_N,
} from "../../schemas/states.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { inFull, PipelineUnderLoad } from "./pipeline-under-load.ts";
import type { GatewaySeat } from "./seat.ts";
import { deviceStates } from "./topic-contents.ts";

const broker = inject("kafka");
/** A station without an agent of the load. */
const MOVER = 41400;
const KILLS = inFull(6, 30);

let servers: TestServers | undefined;
let pipeline: PipelineUnderLoad;

beforeAll(async () => {
  const TOPIC_PREFIX = `gateway-killed-${randomUUID().slice(0, 8)}.`;
  servers = await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX });
});
afterAll(() => servers?.stop());

afterEach(() => pipeline.close());

async function open(gateways = 1): Promise<void> {
  const registryUrl = servers?.addresses.SCHEMA_REGISTRY_URL ?? "";
  pipeline = await PipelineUnderLoad.open({ broker, registryUrl, seed: 5, gateways });
}

/** The gateway is killed and comes back. */
async function killed(): Promise<void> {
  await pipeline.gateway().kill();
  await pipeline.gateway().start();
}

test(
  `nothing acknowledged is lost while the gateway is killed ${KILLS} times at random under load`,
  async () => {
    await open();
    for (let kill = 0; kill < KILLS; kill++) {
      await pipeline.acknowledging();
      await pipeline.someMoment();
      await killed();
    }
    await pipeline.settled();
  },
  60_000 + KILLS * 10_000,
);

test("a batch is kept twice and counted once when the gateway is killed between Kafka's acknowledgement and the PUBACK", async () => {
  await open();
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

test("a batch is kept twice and counted once when the gateway is killed while Kafka's acknowledgements are on their way", async () => {
  await open();
  const { kafka } = pipeline.gateway();
  kafka.loseReplies("Produce");
  await eventually(() => expect(kafka.lost).toBeGreaterThan(0), 60_000, 5);
  await pipeline.gateway().kill();
  kafka.loseReplies(null);
  await pipeline.gateway().start();
  const { twice } = await pipeline.settled();
  expect(twice).toBeGreaterThan(0);
});

test("a batch is sent again when the gateway is killed before Kafka has it", async () => {
  await open();
  const { kafka } = pipeline.gateway();
  kafka.withhold("Produce");
  await eventually(() => expect(kafka.withheld).toBeGreaterThan(0), 60_000, 5);
  await pipeline.gateway().kill();
  kafka.forget();
  await pipeline.gateway().start();
  await pipeline.settled();
});

test("an agent that moves to another gateway while its old will is pending stays online", async () => {
  await open(2);
  const [from, to] = pipeline.gateways as [GatewaySeat, GatewaySeat];
  const link = await startTcpProxy(`127.0.0.1:${from.port}`);
  const old = await connectedAgent(`mqtt://${link.address}`, 1);
  await sayOnline(old, 1);
  // It is at the new one before the old one can have missed it.
  const next = await connectedAgent(`mqtt://127.0.0.1:${to.port}`, 2);
  link.hang();
  await sayOnline(next, 2);
  const will = (state: AnyState): boolean => state.order.connection === 1 && state.order.n === WILL_N;
  const states = await eventually(async () => {
    const all = deviceStates(await contentsOf(pipeline.kafka, [pipeline.topics.devices]));
    expect(all.some(will)).toBe(true);
    return all;
  });
  expect(states.filter(({ id }) => id === agentId(MOVER)).at(-1), "the will came last").toSatisfy(will);
  const devices = new Devices();
  for (const [n, state] of states.entries()) devices.tell(state, n);
  expect(devices.agent(MOVER)).toMatchObject({ state: "online", order: { connection: 2 } });
  expect(devices.all()).toMatchObject([{ id: `${MOVER}-T1`, state: "online" }]);
  next.end(true);
  link.close();
  await pipeline.settled();
});

/** A connection as the station's agent opens it, with its will. */
async function connectedAgent(url: string, connection: number): Promise<MqttClient> {
  const order = { agentBoot: 1, connection, n: WILL_N };
  const payload = JSON.stringify(agentState("offline", order));
  const client = await mqtt.connectAsync(url, {
    username: String(MOVER),
    clientId: String(MOVER),
    reconnectPeriod: 0,
    // The gateway misses it after one and a half of it.
    keepalive: 2,
    will: { topic: agentStateTopic(MOVER), payload: Buffer.from(payload), qos: 1, retain: false },
  });
  client.on("error", () => {});
  return client;
}

/** The agent and its turnstile are well, and Kafka has it. */
async function sayOnline(client: MqttClient, connection: number): Promise<void> {
  const device = turnstileState({ agentBoot: 1, connection, n: 2 });
  const agent = agentState("online", { agentBoot: 1, connection, n: 1 });
  await client.publishAsync(agentStateTopic(MOVER), JSON.stringify(agent), { qos: 1 });
  await client.publishAsync(deviceStateTopic(MOVER, device.id), JSON.stringify(device), { qos: 1 });
}

function agentState(state: AgentState["state"], order: StateOrder): AgentState {
  const common = { stationId: MOVER, reason: "told", since: 1, waiting: 0, quarantined: 0 };
  return { kind: "agent", id: agentId(MOVER), state, order, ...common };
}

function turnstileState(order: StateOrder): DeviceState {
  const common = { stationId: MOVER, reason: "heard", since: 1, lastSeen: 1, frames: 1, errors: 0 };
  return { kind: "turnstile", id: turnstileId(MOVER, 1), state: "online", positions: null, order, ...common };
}
