import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Logger } from "../infra/runtime/logger.ts";
import { agentStateTopic, deviceStateTopic } from "../schemas/mqtt.ts";
import { type AnyState, compareOrder, type SessionState, WILL_N } from "../schemas/states.ts";
import { TOPICS } from "../schemas/topics.ts";
import { connectAgent, type TestAgent } from "./testing/agent.ts";
import { type TestGateway, testGateway } from "./testing/fixture.ts";
import { agentState, decoded, deviceState, json, STATION } from "./testing/samples.ts";
import { ScriptedKafka } from "./testing/scripted-kafka.ts";

/*
 * Two boxes that both have the password of one station, as happens when one is replaced and the old one left on.
 */
let scripted: ScriptedKafka;
let gateways: TestGateway[];
let lines: { readonly text: string; readonly fields: Record<string, unknown> }[];
const agents: TestAgent[] = [];

beforeEach(async () => {
  scripted = new ScriptedKafka();
  lines = [];
  gateways = [await open(), await open()];
});
afterEach(async () => {
  scripted.become("acknowledges");
  for (const agent of agents.splice(0)) agent.end();
  await Promise.all(gateways.map((gateway) => gateway.stop()));
});

const open = (): Promise<TestGateway> => testGateway(scripted.kafka, { logger: noting() });

function noting(): Logger {
  const note = (fields: Record<string, unknown>, text: string): void => void lines.push({ fields, text });
  const nothing = (): void => {};
  const logger = { trace: nothing, debug: nothing, info: nothing, warn: note, error: note, fatal: note };
  return { ...logger, child: () => logger } as unknown as Logger;
}

/** An agent as ours is: its will names its outbox and its start. */
async function box(name: string, gateway = gateways[0], agentBoot = 1): Promise<TestAgent> {
  const order = { agentBoot, connection: 1, n: WILL_N };
  const payload = json(agentState({ reason: `${name} vanished`, box: name, order }));
  const will = { topic: agentStateTopic(STATION), payload, qos: 1, retain: false } as const;
  const agent = await connectAgent(gateway?.url ?? "", { will });
  agents.push(agent);
  return agent;
}

function say(agent: TestAgent, agentBoot: number, n: number, reason: string): Promise<unknown> {
  const state = deviceState({ reason, order: { agentBoot, connection: 1, n } });
  return agent.client.publishAsync(deviceStateTopic(STATION, state.id), json(state), { qos: 1 });
}

const records = (): (AnyState | SessionState)[] =>
  scripted.memory
    .records(TOPICS.devices)
    .map(({ value }) => decoded("device-state", value) as AnyState | SessionState);

/** What a reader of the log knows of the turnstile. */
function known(): string | undefined {
  const told = records().filter((state) => state.kind === "turnstile");
  return told.sort((x, y) => compareOrder(x.order, y.order)).at(-1)?.reason;
}

const sessions = (state: SessionState["state"]): SessionState[] =>
  records().filter((each): each is SessionState => each.kind === "session" && each.state === state);

describe("a second agent of a station", () => {
  test("is refused as long as the first is connected, logged and counted with both addresses", async () => {
    const first = await box("old-box");
    for (let i = 0; i < 5; i++)
      await expect(box("new-box", gateways[0], 9_999)).rejects.toMatchObject({ code: 2 });
    await first.publish(1);
    const [gateway] = gateways;
    expect(await gateway?.metric("connections_refused_total", { reason: "second-agent" })).toBe(5);
    expect(await gateway?.metric("takeovers_total")).toBe(0);
    const told = lines.filter(({ text }) => text.includes("second agent"));
    expect(told).toHaveLength(5);
    expect(told[0]?.fields).toMatchObject({ address: /^127/, holder: sessions("connected")[0]?.address });
    await expect.poll(() => sessions("refused")).toHaveLength(1);
    expect(sessions("refused")[0]).toMatchObject({
      box: "new-box",
      holder: sessions("connected")[0]?.address,
    });
  });

  test("may speak once the first is gone, and is heard although its clock is behind", async () => {
    const first = await box("old-box", gateways[0], 9_999);
    await say(first, 9_999, 50, "as the old box sees it");
    first.client.stream.destroy();
    await first.closed;
    await expect.poll(() => sessions("closed")).toHaveLength(1);
    const second = await box("new-box", gateways[0], 7);
    await say(second, 7, 1, "as the new box sees it");
    expect(known()).toBe("as the new box sees it");
  });

  test("at another gateway is refused as well", async () => {
    await box("old-box", gateways[0]);
    await expect.poll(() => sessions("connected")).toHaveLength(1);
    await expect
      .poll(
        async () =>
          await box("new-box", gateways[1]).then(
            (agent) => agent.end(),
            (error) => error.code,
          ),
      )
      .toBe(2);
  });

  test("that was let in because the gateways did not know of each other is closed when the first speaks", async () => {
    // Both connect before either gateway has read of the other.
    scripted.become("hangs");
    const first = await box("old-box", gateways[0]);
    const second = await box("new-box", gateways[1]);
    scripted.become("acknowledges");
    await expect.poll(() => sessions("connected")).toHaveLength(2);
    const [early] = sessions("connected");
    const [winner, loser] = early?.box === "old-box" ? [first, second] : [second, first];
    await say(loser, 1, 1, "the later one's").catch(() => {});
    const state = agentState({
      state: "online",
      box: early?.box ?? "",
      order: { agentBoot: 1, connection: 1, n: 1 },
    });
    await winner.client.publishAsync(agentStateTopic(STATION), json(state), { qos: 1 });
    await loser.closed;
    expect(winner.client.connected).toBe(true);
  });
});

test("an agent that comes back takes its own connection over: logged, counted, and the last session is heard", async () => {
  const before = await box("box", gateways[0], 5);
  await say(before, 5, 900, "before");
  const after = await box("box", gateways[0], 6);
  await before.closed;
  await say(after, 6, 1, "after");
  expect(known()).toBe("after");
  expect(await gateways[0]?.metric("takeovers_total")).toBe(1);
  expect(lines.filter(({ text }) => text.includes("taken over"))).toHaveLength(1);
});

test("the will of a session that is over does not speak for the next one at another gateway", async () => {
  const before = await box("box", gateways[0]);
  await say(before, 1, 1, "before");
  const after = await box("box", gateways[1], 1);
  await say(after, 1, 1, "after");
  before.client.stream.destroy();
  await expect.poll(() => gateways[0]?.metric("wills_total")).toBe(1);
  const agentsTold = records().filter((state) => state.kind === "agent");
  const will = agentsTold.find((state) => state.order.n === WILL_N);
  expect(will?.order.generation).toBeLessThan(Math.max(...records().map((s) => s.order.generation ?? 0)));
  expect(known()).toBe("after");
});

test("a session that ended while Kafka was away is not put behind the one that took its place", async () => {
  scripted.become("away");
  const before = await box("box");
  before.client.stream.destroy();
  await before.closed;
  scripted.become("hangs");
  const after = await box("box", gateways[0], 1);
  const said = say(after, 1, 1, "after");
  await expect.poll(() => scripted.held).toBeGreaterThan(0);
  scripted.become("acknowledges");
  await said;
  await expect.poll(() => gateways[0]?.metric("wills_total"), { timeout: 5_000 }).toBe(1);
  await expect.poll(() => records().find((state) => state.order.n === WILL_N)).toBeDefined();
  const will = records().find((state) => state.order.n === WILL_N);
  const spoken = records().find((state) => state.kind === "turnstile");
  expect(will?.order.generation).toBeLessThan(spoken?.order.generation ?? 0);
});

test("states wait until Kafka has the session; one that begins while Kafka is away goes on when it is back", async () => {
  scripted.become("away");
  const agent = await box("box");
  const refused = scripted.refused;
  const said = say(agent, 1, 1, "said while Kafka was away");
  await expect.poll(() => scripted.refused).toBeGreaterThan(refused);
  expect(records()).toEqual([]);
  scripted.become("acknowledges");
  await said;
  expect(known()).toBe("said while Kafka was away");
});

test("a will outlives an outage of Kafka that began before its session was known", async () => {
  scripted.become("away");
  const agent = await box("box");
  agent.client.stream.destroy();
  await agent.closed;
  scripted.become("acknowledges");
  await expect.poll(() => gateways[0]?.metric("wills_total"), { timeout: 5_000 }).toBe(1);
  expect(records().at(-1)).toMatchObject({ kind: "agent", reason: "box vanished" });
});
