import { beforeEach, describe, expect, test } from "vitest";
import { HOLD_MS, type LocalSession, type RemoteSession, StationHolders } from "./station-holders.ts";

const STATION = 40380;

let holders: StationHolders;
beforeEach(() => {
  holders = new StationHolders();
});

const local = (box: string, generation?: number, agentBoot = 1): LocalSession => ({
  ...{ box, generation, agentBoot, address: `local ${box}` },
});
const remote = (box: string, generation: number, offset: number, gone = false): RemoteSession => ({
  ...{ box, generation, offset, gone, agentBoot: 1, address: `remote ${box}` },
});

describe("at one gateway", () => {
  test("the agent that is connected speaks for its station; another one does not, whatever its clock says", () => {
    const first = local("a", 5);
    expect(holders.against(STATION, first, 0)).toBeUndefined();
    holders.opened(STATION, first);
    expect(holders.against(STATION, local("b", undefined, 9_999), 0)).toBe(first);
    expect(holders.against(40900, local("b"), 0)).toBeUndefined();
    holders.closed(STATION, first);
    expect(holders.against(STATION, local("b"), 0)).toBeUndefined();
  });

  test("an agent takes its own connection over; the older of two copies of one outbox does not", () => {
    const first = local("a", 5, 7);
    holders.opened(STATION, first);
    expect(holders.against(STATION, local("a", undefined, 7), 0)).toBeUndefined();
    expect(holders.against(STATION, local("a", undefined, 8), 0)).toBeUndefined();
    expect(holders.against(STATION, local("a", undefined, 6), 0)).toBe(first);
  });

  test("a client that names no outbox is no rival, and has none", () => {
    holders.opened(STATION, local("a", 5));
    expect(holders.against(STATION, local(""), 0)).toBeUndefined();
    holders.opened(40900, local("", 6));
    expect(holders.against(40900, local("b"), 0)).toBeUndefined();
  });
});

describe("between gateways", () => {
  test("an agent that is heard of elsewhere speaks for its station, until it is gone or silent for long", () => {
    holders.heard(STATION, remote("a", 5, 5), 0);
    expect(holders.against(STATION, local("b"), HOLD_MS - 1)).toMatchObject({ address: "remote a" });
    expect(holders.against(STATION, local("a"), 0)).toBeUndefined();
    expect(holders.against(STATION, local("b"), HOLD_MS)).toBeUndefined();
    holders.heard(STATION, remote("a", 5, 9), HOLD_MS);
    expect(holders.against(STATION, local("b"), HOLD_MS)).toBeDefined();
    holders.heard(STATION, remote("a", 5, 10, true), HOLD_MS);
    expect(holders.against(STATION, local("b"), HOLD_MS)).toBeUndefined();
  });

  test("of two that were let in at once the later is second, once the earlier speaks again", () => {
    const ours = local("b", 6);
    holders.opened(STATION, ours);
    // What the other said before ours began proves nothing: it may be gone.
    expect(holders.heard(STATION, remote("a", 5, 5), 0)).toEqual([]);
    expect(holders.heard(STATION, remote("a", 5, 7), 1)).toEqual([ours]);
    // Theirs is second: its own gateway closes it.
    expect(holders.heard(STATION, remote("c", 8, 9), 2)).toEqual([]);
    expect(holders.heard(STATION, remote("b", 3, 10), 3)).toEqual([]);
  });

  test("an agent's own words from its session before are no other agent's, also of a session that computes what it is", () => {
    class Computed implements LocalSession {
      readonly generation = 6;
      readonly agentBoot = 1;
      readonly address = "local a";
      get box(): string {
        return "a";
      }
    }
    const ours = new Computed();
    holders.opened(STATION, ours);
    expect(holders.heard(STATION, remote("a", 5, 7), 0)).toEqual([]);
    expect(holders.heard(STATION, remote("b", 5, 8), 0)).toEqual([ours]);
  });

  test("a session that was there before another agent's outlives it, when that one is gone", () => {
    const ours = local("a", 5);
    holders.opened(STATION, ours);
    expect(holders.outliving(STATION, remote("b", 8, 9))).toEqual([]);
    expect(holders.outliving(STATION, remote("b", 8, 10, true))).toEqual([ours]);
    expect(holders.outliving(STATION, remote("b", 4, 11, true))).toEqual([]);
    // A later start of the same agent takes its place.
    expect(holders.outliving(STATION, remote("a", 8, 12, true))).toEqual([]);
    expect(holders.outliving(40900, remote("b", 8, 12, true))).toEqual([]);
  });

  test("what is read back of a session of our own says nothing new", () => {
    const ours = local("a", 6);
    holders.opened(STATION, ours);
    holders.heard(STATION, remote("a", 6, 8), 0);
    holders.closed(STATION, ours);
    expect(holders.against(STATION, local("b"), 1)).toBeUndefined();
  });

  test("sessions of one station that are remembered are few", () => {
    for (let n = 1; n <= 100; n++) holders.heard(STATION, remote(`box ${n}`, n, n), 0);
    expect(holders.against(STATION, local("b"), 0)).toMatchObject({ address: "remote box 93" });
  });
});
