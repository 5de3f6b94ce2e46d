import { expect, test } from "vitest";
import {
  type AgentState,
  compareAgents,
  compareDevices,
  compareOrder,
  type DeviceState,
  WILL_N,
} from "./states.ts";

const agent = (
  order: AgentState["order"],
  box?: string,
  state: AgentState["state"] = "online",
): AgentState => ({
  ...{ kind: "agent", id: "40380-agent", stationId: 40380, state, reason: "", since: 0 },
  ...{ waiting: 0, quarantined: 0, order, ...(box === undefined ? {} : { box }) },
});

test("a will is the last word of its connection and older than anything of the next", () => {
  const will = { agentBoot: 7, connection: 1, n: WILL_N };
  expect(compareOrder({ agentBoot: 7, connection: 1, n: 900 }, will)).toBeLessThan(0);
  expect(compareOrder({ agentBoot: 7, connection: 2, n: 1 }, will)).toBeGreaterThan(0);
  expect(compareOrder({ agentBoot: 8, connection: 1, n: 1 }, will)).toBeGreaterThan(0);
  expect(compareOrder(will, { ...will })).toBe(0);
});

test("a session that began later is newer, whatever boots and clocks say; within one only n counts", () => {
  const early = { generation: 5, agentBoot: 9_000, connection: 7, n: WILL_N };
  const late = { generation: 6, agentBoot: 1, connection: 1, n: 1 };
  expect(compareOrder(early, late)).toBeLessThan(0);
  expect(compareOrder({ ...late, n: 2 }, { ...late, agentBoot: 9_000 })).toBeGreaterThan(0);
  expect(compareOrder({ agentBoot: 9_000, connection: 9, n: 9 }, late)).toBeLessThan(0);
  expect(
    compareOrder({ ...early, generation: 0, n: 1 }, { agentBoot: 9_000, connection: 7, n: 2 }),
  ).toBeLessThan(0);
});

test("of one start of an agent the later connection is newer, though its gateway began the session earlier", () => {
  const will = { agentBoot: 7, connection: 1, n: WILL_N, generation: 20 };
  const next = { agentBoot: 7, connection: 2, n: 1, generation: 15 };
  expect(compareAgents(agent(will, "a"), agent(next, "a"))).toBeLessThan(0);
  expect(compareAgents(agent(will, "a"), agent(next, "b"))).toBeGreaterThan(0);
  expect(compareAgents(agent(will), agent(next))).toBeGreaterThan(0);
});

test("an earlier start of an agent says nothing while a later one is online, though its session was begun late", () => {
  const early = agent({ agentBoot: 7, connection: 8, n: WILL_N, generation: 84 }, "a", "offline");
  const order = { agentBoot: 8, connection: 1, n: 5, generation: 75 };
  expect(compareAgents(early, agent(order, "a"))).toBeLessThan(0);
  expect(compareAgents(agent(order, "a"), early)).toBeGreaterThan(0);
  // Its outbox may have been put back from a copy.
  expect(compareAgents(early, agent({ ...order, n: WILL_N }, "a", "offline"))).toBeGreaterThan(0);
  expect(compareAgents(early, agent(order, "b"))).toBeGreaterThan(0);
});

test("what a gateway held of a connection that is over, and wrote late, is older than what a device is said to be since", () => {
  const device = (order: DeviceState["order"], box?: string): DeviceState => ({
    ...{ kind: "turnstile", id: "40380-T1", stationId: 40380, state: "online", reason: "", since: 0 },
    ...{ lastSeen: 0, positions: null, frames: 0, errors: 0, order, ...(box === undefined ? {} : { box }) },
  });
  const late = device({ agentBoot: 7, connection: 1, n: 3, generation: 20 }, "a");
  const since = device({ agentBoot: 7, connection: 2, n: 1, generation: 15 }, "a");
  expect(compareDevices(late, since, undefined)).toBeLessThan(0);
  expect(compareDevices({ ...late, box: "b" }, since, undefined)).toBeGreaterThan(0);
  expect(compareDevices(device(late.order), device(since.order), undefined)).toBeGreaterThan(0);

  // Between two starts it is the agent that tells which of them is there.
  const restarted = device({ agentBoot: 8, connection: 1, n: 1, generation: 15 }, "a");
  const present = agent({ agentBoot: 8, connection: 1, n: 5, generation: 15 }, "a");
  expect(compareDevices(late, restarted, present)).toBeLessThan(0);
  expect(compareDevices(restarted, late, present)).toBeGreaterThan(0);
  expect(compareDevices(late, restarted, { ...present, state: "offline" })).toBeGreaterThan(0);
  expect(compareDevices(late, restarted, undefined)).toBeGreaterThan(0);
});
