import { describe, expect, test } from "vitest";
import type { PageState, TrainView } from "../../../../schemas/page/page.ts";
import { applyDelta } from "../../web/state/apply.ts";
import { Versions } from "./versions.ts";

const EMPTY: PageState = {
  stations: {},
  entries: {},
  trains: {},
  devices: {},
  vehicles: {},
  incidents: {},
  weather: null,
  clock: null,
  hops: [],
  proof: null,
  fleet: { vehicles: 0, refused: [], rate: null, waiting: null },
  parts: [],
  silentSince: null,
  secondAgents: [],
  live: false,
};
const train = (stationId: number): TrainView => ({
  id: "RL001",
  line: "red",
  direction: "b",
  stationId,
  status: "in_service",
  at: 0,
  startedAt: 0,
  stepMs: 5_000,
  stale: false,
});

describe("versions", () => {
  test("nothing new is no new version and no delta", () => {
    const versions = new Versions("a", EMPTY);
    expect(versions.put({ ...EMPTY })).toBe(false);
    expect(versions.since(versions.version, 0)).toBeNull();
  });

  test("from any version a delta leads to the newest state, what went included", () => {
    const states: PageState[] = [
      EMPTY,
      { ...EMPTY, entries: { 40380: 1 }, trains: { RL001: train(40900) } },
      { ...EMPTY, entries: { 40380: 2, 41400: 1 }, trains: { RL001: train(41190) }, live: true },
      { ...EMPTY, entries: { 40380: 2, 41400: 2 }, trains: {}, live: true },
    ];
    const versions = new Versions("a", EMPTY);
    const reached = states.map((state) => {
      versions.put(state);
      return { version: versions.version, state };
    });
    for (const { version, state } of reached) {
      const delta = versions.since(version, 0);
      expect(delta ? applyDelta(state, delta) : state).toEqual(states.at(-1));
    }
  });

  test("a delta holds only what changed", () => {
    const versions = new Versions("a", { ...EMPTY, entries: { 40380: 1, 41400: 5 } });
    const before = versions.version;
    versions.put({ ...EMPTY, entries: { 40380: 2, 41400: 5 } });
    expect(versions.since(before, 9)).toEqual({
      from: before,
      to: before + 1,
      now: 9,
      set: { entries: { 40380: 2 } },
      gone: {},
      facts: {},
    });
  });
});
