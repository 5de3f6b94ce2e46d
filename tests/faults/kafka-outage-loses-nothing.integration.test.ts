import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { freePort } from "../../infra/runtime/testing/free-port.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { inFull, MEMORY_BOUND, type PipelineOptions, PipelineUnderLoad } from "./pipeline-under-load.ts";

const KILLS = inFull(1, 6);
const OUTAGE_S = inFull(4, 60);

let system: TestSystem;
let pipeline: PipelineUnderLoad | undefined;

beforeAll(async () => {
  system = await startSystem({ args: ["--only", "kafka,schema-registry"] });
});
afterAll(async () => {
  await system?.stop();
  await system?.remove();
});
afterEach(() => pipeline?.close());

async function open(agents: PipelineOptions["agents"] = {}): Promise<PipelineUnderLoad> {
  pipeline = await PipelineUnderLoad.open({
    broker: system.endpoints.KAFKA_BROKERS,
    registryUrl: system.endpoints.SCHEMA_REGISTRY_URL,
    seed: 7,
    agents,
  });
  return pipeline;
}

test(
  `each reading is counted once while Kafka is killed ${KILLS} times under load, at last for ${OUTAGE_S} s`,
  async () => {
    const load = await open();
    for (let kill = 1; kill < KILLS; kill++) {
      await load.someMoment();
      const before = await system.pidOf("kafka");
      await system.kill("kafka");
      await eventually(async () => expect(await system.pidOf("kafka")).not.toBe(before));
      await system.until("kafka", "ready");
      await load.progress();
    }
    await system.kill("kafka");
    await system.request("kafka", "stop");
    await system.until("kafka", "stopped");
    // The outage's length is the fault itself.
    await sleep(OUTAGE_S * 1_000);
    await system.request("kafka", "start");
    await system.until("kafka", "ready");
    await load.progress();
    await load.settled();
  },
  180_000 + KILLS * 30_000 + OUTAGE_S * 1_000,
);

test("the gateway's memory stays bounded while Kafka accepts and never answers: agents wait, and all heals", async () => {
  let payload = Buffer.alloc(10);
  // Every other PUBLISH a dead letter, soon of 240 kB: each agent has 120 MB to send before it waits for a PUBACK.
  const load = await open({ window: 1_000, poisonEvery: 2, poison: () => payload });
  const port = await freePort();
  const seat = await load.addGateway({ PROBE_PORT: String(port) });
  await seat.start();
  await load.gateways[0]?.kill();
  await load.progress();
  const kafkaPid = await system.pidOf("kafka");
  const connections = load.agents.map((agent) => agent.connections);
  let [most, mostWaiting, mostUnsent] = [0, 0, 0];
  process.kill(kafkaPid, "SIGSTOP");
  payload = Buffer.alloc(240_000);
  try {
    // Until the gateway has given up on each of its agents twice: they come back and offer everything again.
    await eventually(
      async () => {
        most = Math.max(most, seat.memory);
        mostWaiting = Math.max(mostWaiting, await waitingBytes(port));
        mostUnsent = Math.max(mostUnsent, ...load.agents.map((agent) => agent.unsent));
        expect(load.agents.every((agent, n) => agent.connections > (connections[n] ?? 0) + 1)).toBe(true);
      },
      60_000,
      50,
    );
  } finally {
    payload = Buffer.alloc(10);
    process.kill(kafkaPid, "SIGCONT");
  }
  expect(most).toBeLessThan(MEMORY_BOUND);
  // What one read of each connection brought waits, and no more is read: the rest stands in the agents' own buffers.
  expect(mostWaiting).toBeGreaterThan(0);
  expect(mostWaiting).toBeLessThan(6 * 2 ** 20);
  expect(mostUnsent).toBeGreaterThan(1_000_000);
  await load.progress();
  await load.settled();
}, 180_000);

async function waitingBytes(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^gateway_waiting_bytes\S* (\S+)/m.exec(text)?.[1]);
}
