import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agentStateTopic, LIMITS, readingsTopic, refusedTopic } from "../schemas/mqtt.ts";
import { TOPICS } from "../schemas/topics.ts";
import { addCredential, passwordsOf } from "./access/credentials.ts";
import { connectAgent, type TestAgent } from "./testing/agent.ts";
import { type TestGateway, testGateway } from "./testing/fixture.ts";
import {
  agentState,
  batch,
  decoded,
  json,
  OTHER_STATION,
  payload,
  rawValue,
  STATION,
} from "./testing/samples.ts";
import { ScriptedKafka } from "./testing/scripted-kafka.ts";

let scripted: ScriptedKafka;
let gateway: TestGateway;
let agent: TestAgent;
const sockets: Socket[] = [];

beforeEach(async () => {
  scripted = new ScriptedKafka();
  gateway = await testGateway(scripted.kafka, { config: { connectMs: 300, maxConnections: 3_000 } });
  agent = await connectAgent(gateway.url);
});

afterEach(async () => {
  scripted.become("acknowledges");
  agent.end();
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.stop();
});

async function rawSocket(...bytes: readonly Buffer[]): Promise<Socket> {
  const socket = connect(gateway.ports.mqtt ?? 0, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  await once(socket, "connect");
  for (const chunk of bytes) socket.write(chunk);
  return socket;
}

function ended(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => socket.once("close", () => resolve()).resume());
}

/** The gateway serves a well-behaved agent as if nothing were. */
async function expectHealthy(id = 1): Promise<void> {
  await agent.publish(id);
  expect(scripted.memory.records(TOPICS.raw).map((r) => rawValue(r.value).batchId)).toContain(id);
}

const CONNECT = Buffer.from([
  0x10, 17, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 20, 0, 5, 0x34, 0x30, 0x33, 0x38, 0x30,
]);

/** A string as MQTT has it: two bytes of length, then its bytes. */
function mqttText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** A packet of fewer than 16 kB. */
function mqttPacket(head: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([head, ...length]), body]);
}

/** Of a clean session, with a keepalive of 20 s. */
function mqttConnect(clientId: string, username: string): Buffer {
  return mqttPacket(
    0x10,
    mqttText("MQTT"),
    Buffer.from([4, 0x82, 0, 20]),
    mqttText(clientId),
    mqttText(username),
  );
}

function mqttPublish(topic: string, bytes: Buffer): Buffer {
  return mqttPacket(0x32, mqttText(topic), Buffer.from([0, 9]), bytes);
}

function mqttSubscribe(filter: string): Buffer {
  return mqttPacket(0x82, Buffer.from([0, 8]), mqttText(filter), Buffer.from([1]));
}

/** Why the agents are in the state that Kafka has of them, of every message in order. */
function agentReasons(): string[] {
  return scripted.memory
    .records(TOPICS.devices)
    .map((record) => decoded("device-state", record.value) as { kind: string; reason: string })
    .filter(({ kind }) => kind === "agent")
    .map(({ reason }) => reason);
}

describe("passwords", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gateway-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("right ones connect; wrong, missing and another station's are told so", async () => {
    const file = join(folder, "credentials.json");
    const password = await addCredential(file, String(STATION));
    await addCredential(file, String(OTHER_STATION));
    const closed = await testGateway(new ScriptedKafka().kafka, { passwords: passwordsOf(file) });
    const right = await connectAgent(closed.url, { password });
    await right.publish(1);
    right.end();
    const wrong = [{ password: "x" }, {}, { username: String(OTHER_STATION), clientId: "o", password }];
    for (const options of wrong)
      await expect(connectAgent(closed.url, options)).rejects.toMatchObject({ code: 4 });
    await expect(connectAgent(closed.url, { username: "root", password })).rejects.toMatchObject({ code: 5 });
    expect(await closed.metric("connections_refused_total", { reason: "bad-password" })).toBe(3);
    await closed.stop();
  });
});

describe("who says what is not theirs to say is cut off, and the others go on", () => {
  const bytes = payload(batch(1));
  const cases: Record<string, (client: TestAgent["client"]) => void> = {
    "foreign-topic": (client) => client.publish(readingsTopic(OTHER_STATION), bytes, { qos: 1 }),
    qos: (client) => client.publish(readingsTopic(STATION), bytes, { qos: 2 }),
    retained: (client) => client.publish(agentStateTopic(STATION), "{}", { qos: 1, retain: true }),
  };
  for (const [reason, act] of Object.entries(cases)) {
    test(reason, async () => {
      const other = await connectAgent(gateway.url, { clientId: "other" });
      act(other.client);
      await other.closed;
      expect(await gateway.metric("connections_closed_total", { reason })).toBe(1);
      expect(scripted.memory.records(TOPICS.raw)).toEqual([]);
      await expectHealthy();
    });
  }

  test("a topic of 500 levels", async () => {
    const other = await connectAgent(gateway.url, { clientId: "other" });
    other.client.publish("a/".repeat(500), bytes, { qos: 1 });
    await other.closed;
    await expectHealthy();
  });

  test("an inherited session", async () => {
    await expect(connectAgent(gateway.url, { clientId: "other", clean: false })).rejects.toMatchObject({
      code: 5,
    });
  });

  test("another station's client id", async () => {
    const thief = { username: String(OTHER_STATION), clientId: String(STATION) };
    await expect(connectAgent(gateway.url, thief)).rejects.toMatchObject({ code: 2 });
    await expectHealthy();
  });
});

describe("what is said in one write with a fault that ends the connection is judged by who says it", () => {
  const forged = mqttPublish(readingsTopic(OTHER_STATION), payload(batch(66, { stationId: OTHER_STATION })));
  const forgedState = mqttPublish(
    agentStateTopic(OTHER_STATION),
    json(agentState({ id: `${OTHER_STATION}-agent`, stationId: OTHER_STATION })),
  );
  const connect = mqttConnect("raw", String(STATION));
  const subscribe = mqttSubscribe(refusedTopic(STATION));
  const fault = mqttPublish("#", Buffer.alloc(0));
  const cases: Record<string, readonly Buffer[]> = {
    "readings of another station": [connect, subscribe, fault, forged],
    "a state of another station": [connect, subscribe, fault, forgedState],
    "behind a DISCONNECT": [connect, subscribe, Buffer.from([0xe0, 0]), forged, forgedState],
    "without a subscription": [connect, fault, forged, forgedState],
    "before any fault": [connect, forged, forgedState],
    "as the will's own words, of a connection without one": [
      connect,
      subscribe,
      fault,
      mqttPublish(agentStateTopic(STATION), json(agentState({ reason: "forged" }))),
    ],
  };
  for (const [name, packets] of Object.entries(cases)) {
    test(name, async () => {
      await ended(await rawSocket(Buffer.concat(packets)));
      await expectHealthy();
      expect(scripted.memory.records(TOPICS.raw).map((r) => rawValue(r.value).stationId)).toEqual([STATION]);
      expect(agentReasons()).not.toContain("vanished");
      expect(await gateway.metric("wills_total")).toBe(0);
    });
  }

  test("an observer's too", async () => {
    const connect = mqttConnect("watcher", "observer");
    await ended(await rawSocket(Buffer.concat([connect, mqttSubscribe("#"), fault, forged, forgedState])));
    await expectHealthy();
    expect(scripted.memory.records(TOPICS.raw).map((r) => rawValue(r.value).stationId)).toEqual([STATION]);
    expect(agentReasons()).toEqual([]);
  });

  test("a will is still executed, once, when its connection ends so", async () => {
    const will = { topic: agentStateTopic(STATION), payload: json(agentState({ reason: "will" })) };
    const other = await connectAgent(gateway.url, {
      clientId: "other",
      will: { ...will, qos: 1, retain: false },
    });
    other.client.stream.write(Buffer.concat([fault, forged, forgedState]));
    await other.closed;
    await expect.poll(() => gateway.metric("wills_total")).toBe(1);
    expect(agentReasons()).toEqual(["will"]);
    expect(scripted.memory.records(TOPICS.raw)).toEqual([]);
  });
});

test("of a packet of 10 MB the length is read, and no more", async () => {
  const header = Buffer.from([0x32, 0x80, 0xad, 0xe2, 0x04]);
  const socket = await rawSocket(CONNECT, header);
  await ended(socket);
  expect(await gateway.metric("connections_closed_total", { reason: "oversized-packet" })).toBe(1);
});

test("a CONNECT that claims 200 MB is cut off as well", async () => {
  await ended(await rawSocket(Buffer.from([0x10, 0x80, 0xf8, 0xae, 0x5f, 0, 4])));
  await expectHealthy();
});

test("half a CONNECT is waited for as long as is set", async () => {
  await ended(await rawSocket(CONNECT.subarray(0, 9)));
  expect(await gateway.metric("connections_faulted_total")).toBe(1);
  await expectHealthy();
});

test("garbage ends its own connection only", async () => {
  const garbage = [Buffer.alloc(1_000, 0xff), Buffer.alloc(1_000), Buffer.from("GET / HTTP/1.1\r\n\r\n")];
  for (const bytes of garbage) await ended(await rawSocket(bytes));
  for (const bytes of garbage) await ended(await rawSocket(CONNECT, bytes));
  await expectHealthy();
});

test("2,000 idle connections take nothing from the agents, and go when their time is up", async () => {
  const gone: Promise<void>[] = [];
  // In waves that fit the kernel's queue: it drops what overflows, and those would never be accepted.
  while (gone.length < 2_000) {
    const wave = await Promise.all(Array.from({ length: 200 }, () => rawSocket()));
    gone.push(...wave.map(ended));
  }
  await expectHealthy();
  await Promise.all(gone);
  await expectHealthy(2);
});

test("connections beyond the limit are dropped and counted", async () => {
  await gateway.stop();
  gateway = await testGateway(scripted.kafka, { config: { maxConnections: 1 } });
  agent = await connectAgent(gateway.url);
  await ended(await rawSocket());
  expect(await gateway.metric("connections_refused_total", { reason: "too-many" })).toBe(1);
  await expectHealthy();
});

test("a hung Kafka: connections close within the bound, nothing is acknowledged, memory stays bounded", async () => {
  agent.end();
  await gateway.stop();
  const maxWaitingBytes = 512 * 1024;
  gateway = await testGateway(scripted.kafka, { config: { patienceMs: 1_000, maxWaitingBytes } });
  scripted.become("hangs");
  const agents = await Promise.all(
    Array.from({ length: 20 }, (_, i) => connectAgent(gateway.url, { clientId: `a${i}` })),
  );
  agent = agents[0] as TestAgent;
  const bytes = payload(batch(1, { size: 2_000 }));
  let highest = 0;
  for (const a of agents) for (let id = 1; id <= 100; id++) a.publish(id, bytes).catch(() => {});
  const watch = setInterval(() => {
    void gateway.metric("waiting_bytes").then((now) => {
      highest = Math.max(highest, now);
    });
  }, 10);
  await Promise.all(agents.map((a) => a.closed));
  clearInterval(watch);
  expect(agents.flatMap((a) => a.acknowledged)).toEqual([]);
  expect(await gateway.metric("connections_closed_total", { reason: "timeout" })).toBe(20);
  // The bound is on what is taken from the sockets; each may have had one read under way.
  expect(highest).toBeGreaterThan(maxWaitingBytes / 2);
  expect(highest).toBeLessThan(maxWaitingBytes + 20 * (64 * 1024 + LIMITS.batchBytes));
  scripted.become("acknowledges");
  await expect.poll(() => gateway.metric("waiting_bytes")).toBe(0);
  agent = await connectAgent(gateway.url);
  await expectHealthy(7);
});
