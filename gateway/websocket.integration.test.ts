import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { readingsTopic } from "../schemas/mqtt.ts";
import { TOPICS } from "../schemas/topics.ts";
import { connectAgent, type TestAgent } from "./testing/agent.ts";
import { type TestGateway, testGateway } from "./testing/fixture.ts";
import { batch, OTHER_STATION, payload, rawValue, STATION } from "./testing/samples.ts";
import { ScriptedKafka } from "./testing/scripted-kafka.ts";

let scripted: ScriptedKafka;
let gateway: TestGateway;
let url: string;
let agent: TestAgent;

beforeEach(async () => {
  scripted = new ScriptedKafka();
  await serve(10_000);
});
async function serve(patienceMs: number): Promise<void> {
  const bounds = { maxConnections: 3, maxWaitingBytes: 64 * 1024 };
  const config = { ...bounds, webSocketPort: 0, connectMs: 300, patienceMs };
  gateway = await testGateway(scripted.kafka, { config });
  url = `ws://127.0.0.1:${gateway.ports.ws}`;
  agent = await connectAgent(url);
}
afterEach(async () => {
  scripted.become("acknowledges");
  agent.end();
  await gateway.stop();
});

const batches = (): number[] => scripted.memory.records(TOPICS.raw).map((r) => rawValue(r.value).batchId);
const refusals = (): Promise<number> =>
  gateway.metric("connections_refused_total", { reason: "websocket-handshake" });

async function rawSocket(): Promise<Socket> {
  const socket = connect(gateway.ports.ws ?? 0, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function textOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  await once(socket, "close");
  return text;
}

test("no PUBACK before Kafka's; then all of them, in order", async () => {
  scripted.become("hangs");
  const bytes = payload(batch(1, { size: 2_000 }));
  const sent = Array.from({ length: 30 }, (_, i) => agent.publish(i + 1, bytes));
  await expect.poll(() => scripted.held, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(agent.acknowledged).toEqual([]);
  scripted.become("acknowledges");
  await Promise.all(sent);
  expect(agent.acknowledged).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(batches()).toHaveLength(30);
});

test("a hung Kafka closes it within the bound", async () => {
  agent.end();
  await gateway.stop();
  await serve(500);
  scripted.become("hangs");
  agent.publish(1).catch(() => {});
  await agent.closed;
  expect(agent.acknowledged).toEqual([]);
  expect(await gateway.metric("connections_closed_total", { reason: "timeout" })).toBe(1);
});

test("the same rules: one's own station, no oversized batch, and word of what is refused", async () => {
  agent.publish(1, payload(batch(1, { size: 40_000 }))).catch(() => {});
  await agent.closed;
  expect(agent.refusals).toEqual([{ batchId: 1, code: "BATCH_INVALID", permanent: true }]);
  agent = await connectAgent(url);
  agent.client.publish(readingsTopic(OTHER_STATION), payload(batch(2)), { qos: 1 });
  await agent.closed;
  expect(await gateway.metric("connections_closed_total", { reason: "foreign-topic" })).toBe(1);
  expect(batches()).toEqual([]);
});

test("a packet longer than any of ours is not collected", async () => {
  agent.client.publish(readingsTopic(STATION), Buffer.alloc(10_000_000), { qos: 1 });
  await agent.closed;
  expect(await gateway.metric("connections_faulted_total")).toBe(1);
  agent = await connectAgent(url);
  await agent.publish(1);
});

test("connections count together with those over TCP", async () => {
  const others = await Promise.all([1, 2].map((n) => connectAgent(gateway.url, { clientId: `c${n}` })));
  await expect(connectAgent(url, { clientId: "c3" })).rejects.toThrow();
  expect(await gateway.metric("connections_refused_total", { reason: "too-many" })).toBe(1);
  for (const other of others) other.end();
});

test("an observer in a browser on this machine sees what passes", async () => {
  const wsOptions = { origin: "http://localhost:8888" };
  const observer = await connectAsync(url, { username: "observer", reconnectPeriod: 0, wsOptions });
  const seen: string[] = [];
  observer.on("message", (topic) => seen.push(topic));
  await observer.subscribeAsync("cta/v1/#");
  await agent.publish(1);
  await expect.poll(() => seen).toContain(readingsTopic(STATION));
  observer.end(true);
});

describe("a handshake is refused and counted", () => {
  const cases: Record<string, readonly [() => WebSocket, status: number]> = {
    "of a page from elsewhere, while no password is asked for": [
      () => new WebSocket(url, "mqtt", { origin: "https://elsewhere.example" }),
      403,
    ],
    "of a page that hides where it is from": [() => new WebSocket(url, "mqtt", { origin: "null" }), 403],
    "that does not ask for MQTT": [() => new WebSocket(url, "chat"), 400],
    "that asks for nothing": [() => new WebSocket(url), 400],
  };
  for (const [name, [open, status]] of Object.entries(cases)) {
    test(name, async () => {
      const [error] = (await once(open(), "error").catch((error) => [error])) as [Error];
      expect(error.message).toContain(String(status));
      expect(await refusals()).toBe(1);
    });
  }

  test("that does not come", async () => {
    const socket = await rawSocket();
    socket.write("GET / HTTP/1.1\r\nUpgr");
    await once(socket.resume(), "close");
    expect(await refusals()).toBe(1);
  });

  test("that is garbage", async () => {
    const socket = await rawSocket();
    socket.write(Buffer.from([0x10, 17, 0, 4, 0x4d, 0x51, 0x54, 0x54, 13, 10, 13, 10]));
    expect(await textOf(socket)).toContain("400 Bad Request");
    expect(await refusals()).toBe(1);
  });
});

test("a browser's address bar is told what this is", async () => {
  const response = await fetch(`http://127.0.0.1:${gateway.ports.ws}/`);
  expect(response.status).toBe(426);
  expect(await response.text()).toContain("MQTT over WebSocket");
});

test("text instead of bytes ends the connection [MQTT-6.0.0-1]; so does a handshake without a CONNECT", async () => {
  const talks = new WebSocket(url, "mqtt");
  await once(talks, "open");
  talks.send("hello");
  const [code] = (await once(talks, "close")) as [number];
  expect([1003, 1006]).toContain(code);
  const silent = new WebSocket(url, "mqtt");
  await once(silent, "open");
  expect(silent.protocol).toBe("mqtt");
  await once(silent, "close");
  await agent.publish(1);
});
