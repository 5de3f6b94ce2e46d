import { connectAsync } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentStateTopic, readingsTopic } from "../schemas/mqtt.ts";
import { TOPICS } from "../schemas/topics.ts";
import { connectAgent, type TestAgent } from "./testing/agent.ts";
import { type TestGateway, testGateway } from "./testing/fixture.ts";
import { agentState, batch, decoded, json, payload, rawValue, STATION } from "./testing/samples.ts";
import { ScriptedKafka } from "./testing/scripted-kafka.ts";

let scripted: ScriptedKafka;
let gateway: TestGateway;
let agent: TestAgent;

beforeEach(async () => {
  scripted = new ScriptedKafka();
  gateway = await testGateway(scripted.kafka);
  agent = await connectAgent(gateway.url);
});

afterEach(async () => {
  scripted.become("acknowledges");
  agent.end();
  await gateway.stop();
});

function batchesInKafka(): number[] {
  return scripted.memory.records(TOPICS.raw).map((record) => rawValue(record.value).batchId);
}

/** What Kafka has of agents, sessions left out. */
function agentStates(): { readonly kind: string }[] {
  return scripted.memory
    .records(TOPICS.devices)
    .map((record) => decoded("device-state", record.value) as { kind: string })
    .filter(({ kind }) => kind === "agent");
}

test("no PUBACK before Kafka's; then all of them, in order", async () => {
  scripted.become("hangs");
  const sent = [1, 2, 3, 4, 5].map((id) => agent.publish(id));
  await expect.poll(() => scripted.held).toBeGreaterThan(0);
  expect(agent.acknowledged).toEqual([]);
  expect(batchesInKafka()).toEqual([]);
  scripted.become("acknowledges");
  await Promise.all(sent);
  expect(agent.acknowledged).toEqual([1, 2, 3, 4, 5]);
  expect(batchesInKafka()).toEqual([1, 2, 3, 4, 5]);
});

test("poison between good ones blocks none of them and is not lost", async () => {
  await Promise.all([agent.publish(1), agent.publish(2, Buffer.from("poison")), agent.publish(3)]);
  expect(batchesInKafka()).toEqual([1, 3]);
  const [letter] = scripted.memory.records(TOPICS.deadLetter);
  expect(decoded("dead-letter", letter?.value)).toMatchObject({
    origin: readingsTopic(STATION),
    bytes: Buffer.from("poison"),
  });
  expect(await gateway.metric("dead_letters_total")).toBe(1);
});

test("an unknown outcome closes the connection without a PUBACK; a replay passes", async () => {
  scripted.become("away");
  agent.publish(1).catch(() => {});
  await agent.closed;
  expect(agent.acknowledged).toEqual([]);
  expect(await gateway.metric("connections_closed_total", { reason: "kafka" })).toBe(1);
  scripted.become("acknowledges");
  agent = await connectAgent(gateway.url);
  await agent.publish(1);
  expect(batchesInKafka()).toEqual([1]);
});

test("a batch that is too large is told as refused for good, after the PUBACKs before it", async () => {
  const first = agent.publish(1);
  agent.publish(2, payload(batch(2, { size: 40_000 }))).catch(() => {});
  agent.publish(3).catch(() => {});
  await Promise.all([first, agent.closed]);
  expect(agent.acknowledged).toEqual([1]);
  expect(agent.refusals).toEqual([{ batchId: 2, code: "BATCH_INVALID", permanent: true }]);
  expect(batchesInKafka()).toEqual([1]);
});

test("the will of a vanished agent becomes a record, also when Kafka is away just then", async () => {
  const payload = json(agentState({ reason: "vanished" }));
  const will = { topic: agentStateTopic(STATION), payload, qos: 1, retain: false } as const;
  const other = await connectAgent(gateway.url, { clientId: "other", will });
  scripted.become("away");
  other.client.stream.destroy();
  await other.closed;
  await expect.poll(() => gateway.metric("waiting_wills")).toBe(1);
  scripted.become("acknowledges");
  await expect.poll(() => gateway.metric("wills_total"), { timeout: 5_000 }).toBe(1);
  expect(agentStates()).toMatchObject([{ id: `${STATION}-agent`, state: "offline", reason: "vanished" }]);
});

test("an orderly goodbye executes no will", async () => {
  const payload = json(agentState());
  const will = { topic: agentStateTopic(STATION), payload, qos: 1, retain: false } as const;
  const other = await connectAgent(gateway.url, { clientId: "other", will });
  await other.client.endAsync();
  await gateway.stop();
  expect(agentStates()).toEqual([]);
});

test("an orderly stop lets out what Kafka acknowledges meanwhile", async () => {
  scripted.become("hangs");
  const sent = agent.publish(1);
  await expect.poll(() => scripted.held).toBe(1);
  const stopped = gateway.stop();
  scripted.become("acknowledges");
  await sent;
  await stopped;
  expect(agent.acknowledged).toEqual([1]);
});

test("an observer sees what passes, and may say nothing", async () => {
  const observer = await connectAsync(gateway.url, {
    username: "observer",
    reconnectPeriod: 0,
    keepalive: 20,
  });
  observer.on("error", () => {});
  const seen: string[] = [];
  observer.on("message", (topic) => seen.push(topic));
  await observer.subscribeAsync("#");
  await agent.publish(1);
  await expect.poll(() => seen).toContain(readingsTopic(STATION));
  const closed = new Promise<void>((resolve) => observer.once("close", () => resolve()));
  observer.publish(readingsTopic(STATION), payload(batch(2)), { qos: 1 });
  await closed;
  expect(batchesInKafka()).toEqual([1]);
});
