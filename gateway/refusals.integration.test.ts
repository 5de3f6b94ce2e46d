import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectAsync, type IClientOptions } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Logger } from "../infra/runtime/logger.ts";
import { ensureAgentSecrets, homePasswords, secretFilesOf } from "../infra/runtime/security/agent-secrets.ts";
import { agentStateTopic, LIMITS, readingsTopic, refusedTopic } from "../schemas/mqtt.ts";
import { TOPICS } from "../schemas/topics.ts";
import { passwordsOf } from "./access/credentials.ts";
import { connectAgent, type TestAgent } from "./testing/agent.ts";
import { type TestGateway, testGateway } from "./testing/fixture.ts";
import { agentState, batch, json, OTHER_STATION, payload, rawValue, STATION } from "./testing/samples.ts";
import { ScriptedKafka } from "./testing/scripted-kafka.ts";

/*
 * Whatever is refused is refused with a reason that is logged and counted, and is not in Kafka; passwords are those
 * that a first start makes.
 */
const MAX_IN_FLIGHT = 4;
const bytes = payload(batch(1));
let home: string;
let scripted: ScriptedKafka;
let gateway: TestGateway;
let reasons: string[];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "refusals-"));
  await ensureAgentSecrets(home, [String(STATION), String(OTHER_STATION), "observer"]);
  scripted = new ScriptedKafka();
  reasons = [];
  gateway = await testGateway(scripted.kafka, {
    passwords: passwordsOf(secretFilesOf(home).credentials),
    config: { maxInFlight: MAX_IN_FLIGHT },
    logger: reasonsTo(reasons),
  });
});
afterEach(async () => {
  scripted.become("acknowledges");
  await gateway.stop();
  rmSync(home, { recursive: true });
});

const passwordOf = (name: number | string): string => homePasswords(home)(String(name)) ?? "";
const own = (options: IClientOptions = {}): Promise<TestAgent> =>
  connectAgent(gateway.url, { password: passwordOf(STATION), ...options });

describe("a connection is closed for", () => {
  const cases: Record<string, (agent: TestAgent) => void> = {
    // Aedes answers QoS 0 and 2 itself once they pass: none may pass.
    "qos (0)": ({ client }) => client.publish(readingsTopic(STATION), bytes, { qos: 0 }),
    "qos (2)": ({ client }) => client.publish(readingsTopic(STATION), bytes, { qos: 2 }),
    "retained (readings)": ({ client }) =>
      client.publish(readingsTopic(STATION), bytes, { qos: 1, retain: true }),
    "retained (a state)": ({ client }) =>
      client.publish(agentStateTopic(STATION), json(agentState()), { qos: 1, retain: true }),
    "oversized (a byte beyond 256 KiB)": ({ client }) =>
      client.publish(readingsTopic(STATION), Buffer.alloc(LIMITS.payloadBytes + 1), { qos: 1 }),
    "foreign-topic (another station's)": ({ client }) =>
      client.publish(readingsTopic(OTHER_STATION), bytes, { qos: 1 }),
    "foreign-topic (none of ours)": ({ client }) => client.publish("news", bytes, { qos: 1 }),
    "foreign-topic (what only we may say)": ({ client }) =>
      client.publish(refusedTopic(STATION), "{}", { qos: 1 }),
    "in-flight": ({ client }) => {
      scripted.become("hangs");
      for (let i = 0; i <= MAX_IN_FLIGHT; i++) client.publish(readingsTopic(STATION), bytes, { qos: 1 });
      // What is refused waits for its turn.
      void expect
        .poll(() => scripted.held)
        .toBeGreaterThan(0)
        .then(() => scripted.become("acknowledges"));
    },
  };
  for (const [name, act] of Object.entries(cases)) {
    test(name, async () => {
      const [reason = ""] = name.split(" ");
      const agent = await own();
      act(agent);
      await agent.closed;
      expect(await gateway.metric("connections_closed_total", { reason })).toBe(1);
      expect(reasons).toEqual([reason]);
      const kept = reason === "in-flight" ? MAX_IN_FLIGHT : 0;
      expect(scripted.memory.records(TOPICS.raw)).toHaveLength(kept);
      expect(scripted.memory.records(TOPICS.devices)).toEqual([]);
    });
  }
});

describe("a CONNECT is refused for", () => {
  const will = {
    topic: agentStateTopic(STATION),
    payload: json(agentState()),
    qos: 1,
    retain: false,
  } as const;
  const cases: Record<string, () => IClientOptions> = {
    "persistent-session": () => ({ clean: false }),
    keepalive: () => ({ keepalive: 0 }),
    "bad-password (none)": () => ({ password: "" }),
    "bad-password (another's)": () => ({ password: passwordOf(OTHER_STATION) }),
    "unknown-name": () => ({ username: "root" }),
    "will (retained)": () => ({ will: { ...will, retain: true } }),
    "will (another station's)": () => ({ will: { ...will, topic: agentStateTopic(OTHER_STATION) } }),
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const [reason = ""] = name.split(" ");
      await expect(own(options())).rejects.toHaveProperty("code");
      expect(await gateway.metric("connections_refused_total", { reason })).toBe(1);
      expect(reasons).toEqual([reason]);
    });
  }
});

test("logins that fail over and over wait, counted; another station does not wait for them, and the right one is let in", async () => {
  const wrong = () => own({ password: "guess" });
  for (let i = 0; i < 5; i++) await expect(wrong()).rejects.toMatchObject({ code: 4 });
  expect(await gateway.metric("logins_delayed_total")).toBe(2);
  const other = { username: String(OTHER_STATION), clientId: "other", password: passwordOf(OTHER_STATION) };
  (await connectAgent(gateway.url, other)).end();
  expect(await gateway.metric("logins_delayed_total")).toBe(2);
  (await own()).end();
  expect(await gateway.metric("logins_delayed_total")).toBe(3);
  (await own()).end();
  expect(await gateway.metric("logins_delayed_total")).toBe(3);
  // What comes before anything has failed is looked at at once, however much it is.
  for (let i = 0; i < 3; i++) await expect(wrong()).rejects.toMatchObject({ code: 4 });
  const crowd = await Promise.all(
    Array.from({ length: 20 }, () =>
      wrong().then(
        () => 0,
        (error: { code: number }) => error.code,
      ),
    ),
  );
  expect(new Set(crowd)).toEqual(new Set([3, 4]));
  expect(await gateway.metric("connections_refused_total", { reason: "too-many-logins" })).toBeGreaterThan(0);
});

test("an agent hears its own refusals only: any other subscription is answered by 128", async () => {
  const agent = await own();
  for (const filter of ["#", "cta/v1/#", refusedTopic(OTHER_STATION), readingsTopic(STATION)]) {
    await expect(agent.client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
  }
  expect(await gateway.metric("subscriptions_refused_total")).toBe(4);
  expect(reasons).toEqual(Array(4).fill("subscription"));
  await agent.publish(1);
  agent.end();
});

describe("an observer", () => {
  const login = () => ({ username: "observer", password: passwordOf("observer") });

  test("needs its password", async () => {
    const options = { reconnectPeriod: 0, clean: true, username: "observer" };
    await expect(connectAsync(gateway.url, options)).rejects.toMatchObject({ code: 4 });
    await expect(
      connectAsync(gateway.url, { ...options, password: passwordOf(STATION) }),
    ).rejects.toMatchObject({ code: 4 });
  });

  test("sees everything and says nothing", async () => {
    const observer = await connectAsync(gateway.url, { ...login(), reconnectPeriod: 0 });
    observer.on("error", () => {});
    const seen: string[] = [];
    observer.on("message", (topic) => seen.push(topic));
    await observer.subscribeAsync("#");
    const agent = await own();
    await agent.publish(1);
    await expect.poll(() => seen).toEqual([readingsTopic(STATION)]);
    const closed = new Promise<void>((resolve) => observer.once("close", () => resolve()));
    observer.publish(readingsTopic(STATION), bytes, { qos: 0 });
    await closed;
    expect(await gateway.metric("connections_closed_total", { reason: "observer-publishes" })).toBe(1);
    expect(reasons).toEqual(["observer-publishes"]);
    expect(scripted.memory.records(TOPICS.raw)).toHaveLength(1);
    agent.end();
  });
});

const mosquitto = await promisify(execFile)("mosquitto_pub", ["--version"]).then(
  () => true,
  // 1 is what --version ends with.
  (error: { code?: unknown }) => error.code !== "ENOENT",
);

describe.skipIf(!mosquitto)("Debian's mosquitto clients", () => {
  const common = (name: string | number): string[] => [
    ...["-h", "127.0.0.1", "-p", String(gateway.ports.mqtt), "-u", String(name), "-P", passwordOf(name)],
    ...["-V", "mqttv311"],
  ];
  const pub = (name: string | number, ...args: string[]) =>
    promisify(execFile)("mosquitto_pub", [...common(name), "-t", readingsTopic(STATION), ...args]);

  test("mosquitto_sub shows cta/v1/#, mosquitto_pub is acknowledged as a station and refused as an observer", async () => {
    const sub = spawn("mosquitto_sub", [...common("observer"), "-t", "cta/v1/#", "-F", "%t %l", "-C", "2"]);
    let shown = "";
    sub.stdout.on("data", (chunk: Buffer) => {
      shown += String(chunk);
    });
    const done = once(sub, "exit");
    await expect.poll(() => gateway.metric("connections"), { timeout: 5_000 }).toBe(1);
    const publishing = promisify(execFile)("mosquitto_pub", [
      ...[...common(STATION), "-i", String(STATION), "-q", "1", "-t", readingsTopic(STATION), "-s"],
    ]);
    publishing.child.stdin?.end(bytes);
    await publishing;
    expect(scripted.memory.records(TOPICS.raw).map((r) => rawValue(r.value).batchId)).toEqual([1]);
    const agent = await own();
    await agent.publish(2);
    await done;
    const line = `${readingsTopic(STATION)} ${bytes.length}`;
    expect(shown.trim().split("\n")).toEqual([line, line]);

    await expect(pub("observer", "-q", "1", "-m", "x")).rejects.toThrow(/mosquitto_pub/);
    // QoS 0 asks for no answer: that it was refused shows at the gateway only.
    await pub("observer", "-q", "0", "-m", "x");
    await expect
      .poll(() => gateway.metric("connections_closed_total", { reason: "observer-publishes" }))
      .toBe(2);
    expect(scripted.memory.records(TOPICS.raw)).toHaveLength(2);
    agent.end();
  });
});

/** A logger that keeps the reasons of warnings. */
function reasonsTo(list: string[]): Logger {
  const note = (fields: unknown): void => {
    const { reason } = fields as { reason?: string };
    if (reason !== undefined) list.push(reason);
  };
  const nothing = (): void => {};
  const logger = { trace: nothing, debug: nothing, info: nothing, warn: note, error: note, fatal: note };
  return { ...logger, child: () => logger } as unknown as Logger;
}
