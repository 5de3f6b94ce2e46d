import { describe, expect, test, vi } from "vitest";
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

  test("ten thousand stations of which nothing changed are compared without a word being written", () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => 10_000 + n);
    const state = (entries: number): PageState => ({
      ...EMPTY,
      stations: Object.fromEntries(
        ids.map((id) => [id, { id, name: `${id}`, lat: 41, lon: -87, stops: [{ line: "red", order: id }] }]),
      ),
      entries: Object.fromEntries(ids.map((id) => [id, id === 10_007 ? entries : 1])),
    });
    const versions = new Versions("a", state(1));
    const written = vi.spyOn(JSON, "stringify");
    try {
      expect(versions.put(state(1))).toBe(false);
      const before = versions.version;
      expect(versions.put(state(2))).toBe(true);
      expect(written.mock.calls.length).toBeLessThan(100);
      expect(versions.since(before, 0)).toMatchObject({ set: { entries: { 10007: 2 } } });
    } finally {
      written.mockRestore();
    }
  });

  test.each<[string, PageState["stations"], boolean]>([
    ["another name", { 1: { id: 1, name: "B", lat: 1, lon: 2, stops: [] } }, true],
    ["a stop more", { 1: { id: 1, name: "A", lat: 1, lon: 2, stops: [{ line: "red", order: 0 }] } }, true],
    ["a name that is gone", { 1: { id: 1, lat: 1, lon: 2, stops: [] } as never }, true],
    ["the same again", { 1: { id: 1, name: "A", lat: 1, lon: 2, stops: [] } }, false],
  ])("%s is noticed, or is none", (_, stations, changed) => {
    const first = { ...EMPTY, stations: { 1: { id: 1, name: "A", lat: 1, lon: 2, stops: [] } } };
    expect(new Versions("a", first).put({ ...EMPTY, stations })).toBe(changed);
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
