import { describe, expect, test } from "vitest";
import { type AgentState, agentId, type DeviceState, WILL_N } from "../../../../schemas/states.ts";
import { Devices } from "./devices.ts";

const device = (more: Partial<DeviceState> = {}): DeviceState => ({
  kind: "turnstile",
  id: "40380-T1",
  stationId: 40380,
  state: "online",
  reason: "heard",
  since: 1,
  lastSeen: 1,
  positions: null,
  frames: 0,
  errors: 0,
  order: { agentBoot: 7, connection: 1, n: 1 },
  ...more,
});

const agent = (state: AgentState["state"], order: AgentState["order"]): AgentState => ({
  kind: "agent",
  id: agentId(40380),
  stationId: 40380,
  state,
  reason: "connection lost",
  since: 50,
  waiting: 0,
  quarantined: 0,
  order,
});

const stateOf = (devices: Devices): string | undefined => devices.all()[0]?.state;

describe("devices", () => {
  test("the greatest order wins, whatever comes last", () => {
    const devices = new Devices();
    devices.tell(device({ state: "offline", order: { agentBoot: 7, connection: 1, n: 5 } }), 10);
    expect(devices.tell(device({ state: "online", order: { agentBoot: 7, connection: 1, n: 4 } }), 11)).toBe(
      false,
    );
    expect(stateOf(devices)).toBe("offline");
    devices.tell(device({ state: "online", order: { agentBoot: 7, connection: 2, n: 1 } }), 12);
    expect(stateOf(devices)).toBe("online");
  });

  test("an agent's will makes its devices stale, and they are back with its next connection", () => {
    const devices = new Devices();
    devices.tell(device(), 10);
    devices.tell(agent("offline", { agentBoot: 7, connection: 1, n: WILL_N }), 20);
    expect(devices.all()[0]).toMatchObject({ state: "stale", since: 50 });
    devices.tell(device({ order: { agentBoot: 7, connection: 2, n: 1 } }), 30);
    expect(stateOf(devices)).toBe("online");
  });

  test("a will that arrives after the agent came back elsewhere changes nothing", () => {
    const devices = new Devices();
    devices.tell(agent("online", { agentBoot: 7, connection: 2, n: 1 }), 10);
    devices.tell(device({ order: { agentBoot: 7, connection: 2, n: 2 } }), 11);
    devices.tell(agent("offline", { agentBoot: 7, connection: 1, n: WILL_N }), 6_000);
    expect(stateOf(devices)).toBe("online");
  });

  test("a device nobody ever saw stays so when its agent goes", () => {
    const devices = new Devices();
    devices.tell(device({ state: "never_seen" }), 10);
    devices.tell(agent("offline", { agentBoot: 7, connection: 1, n: WILL_N }), 20);
    expect(stateOf(devices)).toBe("never_seen");
  });

  test("what is no device of ours is not counted", () => {
    const devices = new Devices();
    expect(devices.tell(device({ id: "toaster" }), 1)).toBe(false);
    expect(devices.all()).toEqual([]);
  });
});
