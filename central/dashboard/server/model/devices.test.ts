import { describe, expect, test } from "vitest";
import {
  type AgentState,
  agentId,
  type DeviceState,
  type SessionState,
  WILL_N,
} from "../../../../schemas/states.ts";
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
    // The agent wrote its will when it connected: the record says when it was gone.
    expect(devices.all()[0]).toMatchObject({ state: "stale", since: 20 });
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

  test("nor does one whose session began late, because Kafka was away, behind the one that followed it elsewhere", () => {
    const devices = new Devices();
    const spoken = { agentBoot: 7, connection: 2, n: 1, generation: 15 };
    devices.tell({ ...agent("online", spoken), box: "a" }, 10, 16);
    devices.tell(device({ order: { ...spoken, n: 2 } }), 11, 17);
    const late = { agentBoot: 7, connection: 1, n: WILL_N, generation: 20 };
    devices.tell({ ...agent("offline", late), box: "a" }, 6_000, 21);
    expect(stateOf(devices)).toBe("online");
  });

  test("nor do a device's states of such a session; it is stale when its agent goes, whichever generation is greater", () => {
    const devices = new Devices();
    const spoken = { agentBoot: 7, connection: 2, n: 1, generation: 15 };
    devices.tell({ ...agent("online", spoken), box: "a" }, 10, 16);
    devices.tell({ ...device({ order: { ...spoken, n: 2 } }), box: "a" }, 11, 17);
    const late = device({
      state: "offline",
      reason: "unplugged",
      order: { ...spoken, connection: 1, generation: 20 },
    });
    devices.tell({ ...late, box: "a" }, 12, 21);
    expect(stateOf(devices)).toBe("online");
    devices.tell({ ...device({ order: { ...spoken, n: 3 } }), box: "a" }, 13, 22);
    devices.tell({ ...agent("offline", { ...spoken, n: WILL_N }), box: "a" }, 6_000, 23);
    expect(stateOf(devices)).toBe("stale");
  });

  test("of two hosts the one whose session began later in the log is heard, whatever their clocks say", () => {
    const devices = new Devices();
    const ahead = { agentBoot: 9_000, connection: 5, n: 100 };
    const behind = { agentBoot: 10, connection: 1, n: 1 };
    // A visitor with a clock ahead spoke for a while and left; the station's own box is there again.
    devices.tell(device({ state: "online", order: { ...ahead, generation: 40 } }), 10, 41);
    devices.tell(agent("offline", { ...ahead, n: WILL_N, generation: 40 }), 11, 42);
    devices.tell(agent("online", { ...behind, generation: 43 }), 12, 44);
    devices.tell(
      device({ state: "offline", reason: "unplugged", order: { ...behind, n: 2, generation: 43 } }),
      12,
      45,
    );
    expect(devices.all()[0]).toMatchObject({ state: "offline", reason: "unplugged" });
    // What was told to a gateway of an older version is older than all of it.
    expect(devices.tell(device({ order: { ...ahead, connection: 99 } }), 13, 46)).toBe(false);
    // A will of the visitor that is late.
    expect(devices.tell(agent("offline", { ...ahead, n: WILL_N, generation: 40 }), 14, 47)).toBe(false);
    expect(stateOf(devices)).toBe("offline");
  });

  test("a generation that a deleted topic handed out is none: it is not before its own record", () => {
    const devices = new Devices();
    devices.tell(
      device({ state: "online", order: { agentBoot: 7, connection: 1, n: 5, generation: 9_000 } }),
      1,
      3,
    );
    const next = { agentBoot: 7, connection: 2, n: 1, generation: 4 };
    expect(devices.tell(device({ state: "late", order: next }), 2, 5)).toBe(true);
    expect(stateOf(devices)).toBe("late");
  });

  test("a second agent is shown with both addresses as long as it asks", () => {
    const devices = new Devices();
    const refused: SessionState = {
      ...{ kind: "session", id: "40380-second-agent", stationId: 40380, state: "refused", reason: "" },
      ...{
        since: 1_000,
        address: "10.0.0.7:5001",
        box: "b",
        gateway: "g",
        attempts: 82,
        holder: "10.0.0.5:4001",
      },
      order: { agentBoot: 1, connection: 0, n: 0, generation: 0 },
    };
    expect(devices.tell(refused, 26_000, 3)).toBe(false);
    expect(devices.secondAgents(30_000)).toEqual([
      { stationId: 40380, address: "10.0.0.7:5001", holder: "10.0.0.5:4001", attempts: 82, since: 1_000 },
    ]);
    expect(devices.secondAgents(100_000)).toEqual([]);
    expect(devices.all()).toEqual([]);
  });

  test("a device that was never seen stays so when its agent goes", () => {
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
