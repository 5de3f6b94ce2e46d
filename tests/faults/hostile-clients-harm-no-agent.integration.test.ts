import { execFile, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { addCredential } from "../../gateway/access/credentials.ts";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { readingsTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { type PipelineOptions, PipelineUnderLoad, STATIONS } from "./pipeline-under-load.ts";
import { cleanReadings } from "./topic-contents.ts";

/*
 * Clients that are broken, hostile, or only not ours, at a gateway that serves well-behaved agents under load.
 */
const broker = inject("kafka");
const INTRUDER = 41400;
const IDLE = 2_000;
const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
const lacksMosquitto = spawnSync("mosquitto_pub", ["--version"]).error
  ? "there is no mosquitto_pub: apt-get install mosquitto-clients"
  : undefined;

let servers: TestServers | undefined;
let pipeline: PipelineUnderLoad;
let folder: string;
const passwords = new Map<number, string>();
const sockets = new Set<Socket>();

beforeAll(async () => {
  const TOPIC_PREFIX = `hostile-${randomUUID().slice(0, 8)}.`;
  servers = await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX });
  folder = mkdtempSync(join(tmpdir(), "hostile-"));
  for (const station of [...STATIONS, INTRUDER]) {
    passwords.set(station, await addCredential(join(folder, "credentials.json"), String(station)));
  }
  passwords.set(0, await addCredential(join(folder, "credentials.json"), "observer"));
});
afterAll(async () => {
  await servers?.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  sockets.clear();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await pipeline.close();
});

async function open(agents: PipelineOptions["agents"] = {}): Promise<PipelineUnderLoad> {
  pipeline = await PipelineUnderLoad.open({
    broker,
    registryUrl: servers?.addresses.SCHEMA_REGISTRY_URL ?? "",
    seed: 11,
    env: { MQTT_CREDENTIALS_FILE: join(folder, "credentials.json"), MQTT_CONNECT_MS: "1000" },
    agents: { passwords, ...agents },
  });
  return pipeline;
}

/** Batches that no station's agent may send as its own. */
const POISON: readonly Buffer[] = [
  Buffer.from("not Avro"),
  codec.encode(batchOf(INTRUDER, `${INTRUDER}-T1`, 1)),
  codec.encode(batchOf(STATIONS[0], `${INTRUDER}-T1`, 1)),
  Buffer.concat([Buffer.from([0xc3, 0x01]), Buffer.alloc(40, 7)]),
  codec.encode({ ...batchOf(STATIONS[0], `${STATIONS[0]}-T1`, 1), runs: [] }),
];

function batchOf(stationId: number, deviceId: string, readings: number): ReadingBatch {
  const reading = { serviceTime: 1, deviceTime: 2, edgeTime: 3, line: "blue" as const, arrival: null };
  const all = Array.from({ length: readings }, (_, i) => ({ total: i + 1, ...reading }));
  return { stationId, agentBoot: 1, batchId: 1, runs: [{ deviceId, bootId: 1, firstSeq: 1, readings: all }] };
}

test("no good batch is blocked or written again by poison between them, and all are acknowledged", async () => {
  let n = 0;
  const load = await open({ poison: () => POISON[n++ % POISON.length] as Buffer });
  await load.progress();
  const { twice } = await load.settled();
  expect(twice).toBe(0);
  for (const agent of load.agents) {
    expect(agent.connections).toBe(1);
    expect(agent.poisonAcknowledged).toBe(agent.poisonPublished);
  }
  expect(n).toBeGreaterThan(POISON.length);
  expect(await contentsOf(load.kafka, [load.topics.deadLetter])).toHaveLength(n);
});

test("no agent's connection is lost to hostile clients: all of them at once are cut off", async () => {
  const load = await open();
  const { port } = load.gateway();
  const url = `mqtt://127.0.0.1:${port}`;
  const own = { username: String(INTRUDER), password: passwords.get(INTRUDER) ?? "" };
  const payload = codec.encode(batchOf(INTRUDER, `${INTRUDER}-T1`, 1));
  const publishes: readonly ((client: MqttClient) => void)[] = [
    (client) => client.publish(readingsTopic(STATIONS[0]), payload, { qos: 1 }),
    (client) => client.publish(readingsTopic(INTRUDER), Buffer.alloc(10_000_000), { qos: 1 }),
    (client) => client.publish("a/".repeat(500), payload, { qos: 1 }),
    (client) => client.publish(readingsTopic(INTRUDER), payload, { qos: 2 }),
  ];
  const bytes: readonly Buffer[] = [
    // Half a CONNECT.
    Buffer.from([0x10, 17, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4]),
    Buffer.from([0x10, 0x80, 0xf8, 0xae, 0x5f, 0, 4]),
    Buffer.alloc(1_000, 0xff),
    Buffer.from("GET / HTTP/1.1\r\n\r\n"),
  ];
  const idle = async (): Promise<void> => {
    const gone: Promise<void>[] = [];
    // In waves that fit the kernel's queue of connections.
    while (gone.length < IDLE) {
      const wave = await Promise.all(Array.from({ length: 200 }, () => rawSocket(port)));
      gone.push(...wave.map(ended));
    }
    await Promise.all(gone);
  };
  await Promise.all([
    expect(connected(url, { ...own, password: "wrong" })).rejects.toMatchObject({ code: 4 }),
    expect(connected(url, { ...own, username: String(STATIONS[0]) })).rejects.toMatchObject({ code: 4 }),
    ...publishes.map(async (act, n) => {
      const client = await connected(url, { ...own, clientId: `intruder-${n}` });
      const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
      act(client);
      await closed;
    }),
    ...bytes.map(async (chunk) => {
      const socket = await rawSocket(port);
      socket.write(chunk);
      await ended(socket);
    }),
    idle(),
    load.progress(),
  ]);
  await load.progress();
  const { twice } = await load.settled();
  expect(twice).toBe(0);
  expect(load.agents.map((agent) => agent.connections)).toEqual(load.agents.map(() => 1));
});

test.skipIf(lacksMosquitto !== undefined)(
  `mosquitto_pub's batch is acknowledged and counted once${lacksMosquitto ? ` (skipped: ${lacksMosquitto})` : ""}`,
  async () => {
    const load = await open();
    const file = join(folder, "batch.avro");
    writeFileSync(file, codec.encode(batchOf(INTRUDER, `${INTRUDER}-T1`, 25)));
    const at = ["-h", "127.0.0.1", "-p", String(load.gateway().port)];
    // Line by line, or its SUBACK would be told at its end.
    const observer = spawn("stdbuf", [
      ...["-oL", "mosquitto_sub", ...at, "-u", "observer", "-P", passwords.get(0) ?? ""],
      ...["-t", readingsTopic(INTRUDER), "-C", "2", "-F", "%l", "-d"],
    ]);
    let heard = "";
    observer.stdout.on("data", (chunk) => {
      heard += String(chunk);
    });
    const heardAll = once(observer, "exit");
    await eventually(() => expect(heard).toContain("SUBACK"), 60_000, 10);
    for (let time = 0; time < 2; time++) {
      const { stdout } = await promisify(execFile)("mosquitto_pub", [
        ...[...at, "-u", String(INTRUDER), "-P", passwords.get(INTRUDER) ?? "", "-d"],
        ...["-q", "1", "-t", readingsTopic(INTRUDER), "-f", file],
      ]);
      expect(stdout).toContain("received PUBACK");
    }
    expect(await heardAll).toEqual([0, null]);
    await load.settled();
    const clean = cleanReadings(await contentsOf(load.kafka, [load.topics.turnstiles]));
    expect(clean.get(`${INTRUDER}-T1`)?.all).toBe(25);
  },
);

/** @throws what CONNECT is refused with; its `code` is the CONNACK's return code. */
async function connected(url: string, options: IClientOptions): Promise<MqttClient> {
  const client = mqtt.connect(url, { clientId: "intruder", reconnectPeriod: 0, keepalive: 20, ...options });
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
  });
  client.on("error", () => {});
  return client;
}

async function rawSocket(port: number): Promise<Socket> {
  const socket = dial(port, "127.0.0.1");
  socket.on("error", () => {});
  sockets.add(socket);
  await once(socket, "connect");
  return socket;
}

function ended(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => socket.once("close", () => resolve()).resume());
}
