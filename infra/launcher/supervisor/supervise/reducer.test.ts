import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PartSpec } from "./part.ts";
import {
  type Effect,
  hasEnded,
  initialState,
  isAlive,
  reduce,
  type SystemEvent,
  type SystemState,
} from "./reducer.ts";
import type { RestartPolicy } from "./restart.ts";

const policy: RestartPolicy = {
  baseMs: 200,
  capMs: 10_000,
  healthyMs: 30_000,
  attempts: 3,
  attemptsForOthers: 9,
};
const service = (name: string, needs: string[] = [], feeds: string[] = []): PartSpec => ({
  name,
  kind: "service",
  needs,
  feeds,
});
const task = (name: string, needs: string[] = []): PartSpec => ({ name, kind: "task", needs, feeds: [] });

test("a part lets the first start of another go before, ready or failed, and never waits for a restart", () => {
  const shy: PartSpec = { ...service("edge"), yieldsTo: ["kafka"] };
  const up = play([service("kafka"), shy]);
  expect(up.send({ type: "begin", at: 0 })).toEqual(["launch kafka"]);
  expect(up.send({ type: "ready", name: "kafka", at: 1 })).toEqual(["launch edge"]);
  up.send({ type: "ended", name: "kafka", at: 2, code: 1 });
  expect(up.send({ type: "ended", name: "edge", at: 3, code: 1 })).toEqual(["wait edge 200"]);
  expect(up.send({ type: "due", name: "edge", at: 4 })).toEqual(["launch edge"]);

  const down = play([service("kafka"), shy]);
  down.send({ type: "begin", at: 0 });
  expect(down.send({ type: "ended", name: "kafka", at: 1, code: 1 })).toContain("launch edge");

  const absent = play([shy]);
  expect(absent.send({ type: "begin", at: 0 })).toEqual(["launch edge"]);
});

/** Feeds events one by one and keeps what came out. */
function play(specs: readonly PartSpec[]) {
  let state: SystemState = initialState(specs);
  let effects: readonly Effect[] = [];
  return {
    /** @returns the effects as short texts, for example "launch kafka". */
    send(event: SystemEvent): string[] {
      ({ state, effects } = reduce(specs, policy, state, event));
      return effects.map((e) => (e.type === "wait" ? `wait ${e.name} ${e.ms}` : `${e.type} ${e.name}`));
    },
    stateOf: (name: string) => state.parts[name]?.state,
    get state() {
      return state;
    },
  };
}

const SPECS = [service("kafka"), task("topics", ["kafka"]), service("gateway", ["topics"]), service("page")];

describe("starting", () => {
  test("what needs nothing starts at once, side by side; the rest when all it needs is ready", () => {
    const system = play(SPECS);
    expect(system.send({ type: "begin", at: 0 })).toEqual(["launch kafka", "launch page"]);
    expect(system.send({ type: "ready", name: "page", at: 5 })).toEqual([]);
    expect(system.send({ type: "ready", name: "kafka", at: 10 })).toEqual(["launch topics"]);
    expect(system.send({ type: "ended", name: "topics", code: 0, at: 20 })).toEqual(["launch gateway"]);
    expect(system.stateOf("topics")).toBe("ready");
  });

  test("a need that is not among the parts counts as given", () => {
    const system = play([service("gateway", ["topics", "registry"])]);
    expect(system.send({ type: "begin", at: 0 })).toEqual(["launch gateway"]);
  });
});

describe("a part that ends by itself", () => {
  test("starts again after waits that double, and waits for its needs then", () => {
    const system = play([service("kafka"), service("gateway", ["kafka"])]);
    system.send({ type: "begin", at: 0 });
    system.send({ type: "ready", name: "kafka", at: 1 });
    system.send({ type: "ready", name: "gateway", at: 2 });
    expect(system.send({ type: "ended", name: "gateway", code: 69, at: 3 })).toEqual(["wait gateway 200"]);
    system.send({ type: "ended", name: "kafka", code: null, at: 4 });
    expect(system.send({ type: "due", name: "gateway", at: 203 })).toEqual([]);
    expect(system.stateOf("gateway")).toBe("waiting");
    expect(system.send({ type: "due", name: "kafka", at: 204 })).toEqual(["launch kafka"]);
    expect(system.send({ type: "ready", name: "kafka", at: 900 })).toEqual(["launch gateway"]);
    system.send({ type: "ready", name: "gateway", at: 901 });
    expect(system.send({ type: "ended", name: "gateway", code: 1, at: 902 })).toEqual(["wait gateway 400"]);
  });

  test("that was healthy for a while begins with the shortest wait again", () => {
    const system = play([service("edge")]);
    system.send({ type: "begin", at: 0 });
    for (const at of [10, 20]) {
      system.send({ type: "ready", name: "edge", at });
      system.send({ type: "ended", name: "edge", code: 1, at: at + 1 });
      system.send({ type: "due", name: "edge", at: at + 2 });
    }
    system.send({ type: "ready", name: "edge", at: 100 });
    expect(system.send({ type: "ended", name: "edge", code: 1, at: 30_100 })).toEqual(["wait edge 200"]);
  });

  test("is given up when it was never ready, at once for wrong settings", () => {
    const system = play([service("a"), service("b")]);
    system.send({ type: "begin", at: 0 });
    expect(system.send({ type: "ended", name: "a", code: 78, at: 1 })).toEqual([]);
    expect(system.stateOf("a")).toBe("failed");
    system.send({ type: "ended", name: "b", code: 1, at: 1 });
    system.send({ type: "due", name: "b", at: 201 });
    system.send({ type: "ended", name: "b", code: 1, at: 202 });
    system.send({ type: "due", name: "b", at: 602 });
    system.send({ type: "ended", name: "b", code: 1, at: 603 });
    expect(system.stateOf("b")).toBe("failed");
  });
});

describe("asked for", () => {
  test("a part told to stop stays stopped until told to start", () => {
    const system = play([service("edge")]);
    system.send({ type: "begin", at: 0 });
    system.send({ type: "ready", name: "edge", at: 1 });
    expect(system.send({ type: "stop", name: "edge", at: 2 })).toEqual(["stop edge"]);
    expect(system.send({ type: "ended", name: "edge", code: 0, at: 3 })).toEqual([]);
    expect(system.stateOf("edge")).toBe("stopped");
    expect(system.send({ type: "start", name: "edge", at: 4 })).toEqual(["launch edge"]);
  });

  test("a task that is done can be run again", () => {
    const system = play([task("topics")]);
    system.send({ type: "begin", at: 0 });
    system.send({ type: "ended", name: "topics", code: 0, at: 1 });
    expect(system.send({ type: "start", name: "topics", at: 2 })).toEqual(["launch topics"]);
  });
});

describe("ending", () => {
  test("what feeds ends before what it feeds, and what needs before what it needs", () => {
    const specs = [service("kafka"), service("gateway", ["kafka"]), service("edge", [], ["gateway"])];
    const system = play(specs);
    system.send({ type: "begin", at: 0 });
    for (const { name } of specs) system.send({ type: "ready", name, at: 1 });
    expect(system.send({ type: "end", at: 2 })).toEqual(["stop edge"]);
    expect(system.send({ type: "ended", name: "edge", code: 0, at: 3 })).toEqual(["stop gateway"]);
    expect(system.send({ type: "ended", name: "gateway", code: 0, at: 4 })).toEqual(["stop kafka"]);
    expect(hasEnded(system.state)).toBe(false);
    system.send({ type: "ended", name: "kafka", code: 143, at: 5 });
    expect(hasEnded(system.state)).toBe(true);
  });

  test("what was made ready by a task is needed through it: Kafka ends after those that only name its topics", () => {
    const specs = [service("kafka"), task("topics", ["kafka"]), service("central", ["topics"])];
    const system = play(specs);
    system.send({ type: "begin", at: 0 });
    system.send({ type: "ready", name: "kafka", at: 1 });
    system.send({ type: "ended", name: "topics", code: 0, at: 2 });
    system.send({ type: "ready", name: "central", at: 3 });
    expect(system.send({ type: "end", at: 4 })).toEqual(["stop central"]);
    expect(system.send({ type: "ended", name: "central", code: 0, at: 5 })).toEqual(["stop kafka"]);
  });

  test("a part that still starts is stopped, one that waits for a restart stays down", () => {
    const system = play([service("a"), service("b")]);
    system.send({ type: "begin", at: 0 });
    system.send({ type: "ended", name: "b", code: 1, at: 1 });
    expect(system.send({ type: "end", at: 2 })).toEqual(["stop a"]);
    expect(system.send({ type: "due", name: "b", at: 201 })).toEqual([]);
    system.send({ type: "ended", name: "a", code: 0, at: 202 });
    expect(hasEnded(system.state)).toBe(true);
  });
});

test("whatever happens in whatever order: nothing starts before its needs, nothing ends before its feeders, all ends", () => {
  const specs = [
    service("kafka"),
    task("topics", ["kafka"]),
    service("registry", ["kafka"]),
    service("gateway", ["topics", "registry"], ["central"]),
    service("central", ["topics"]),
    service("edge", [], ["gateway"]),
  ];
  const names = specs.map((spec) => spec.name);
  const step = fc.record({
    what: fc.constantFrom("ready", "crash", "due", "start", "stop") as fc.Arbitrary<
      "ready" | "crash" | "due" | "start" | "stop"
    >,
    name: fc.constantFrom(...names),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const system = play(specs);
      let at = 0;
      const check = (effects: string[]): void => {
        for (const effect of effects) {
          const [what, name = ""] = effect.split(" ");
          const spec = specs.find((each) => each.name === name);
          if (what === "launch") {
            for (const need of spec?.needs ?? []) expect(system.stateOf(need)).toBe("ready");
          }
          if (what === "stop" && system.state.ending) {
            for (const other of specs) {
              if (!other.needs.includes(name) && !other.feeds.includes(name)) continue;
              expect(isAlive(other.kind, system.state.parts[other.name]?.state ?? "stopped")).toBe(false);
            }
          }
        }
      };
      check(system.send({ type: "begin", at }));
      for (const { what, name } of steps) {
        at += 100;
        const alive = isAlive(
          specs.find((each) => each.name === name)?.kind ?? "service",
          system.stateOf(name) ?? "stopped",
        );
        if (what === "ready") {
          const done = specs.find((each) => each.name === name)?.kind === "task";
          if (alive)
            check(system.send(done ? { type: "ended", name, at, code: 0 } : { type: "ready", name, at }));
        } else if (what === "crash") {
          if (alive) check(system.send({ type: "ended", name, at, code: 1 }));
        } else check(system.send({ type: what, name, at }));
      }
      check(system.send({ type: "end", at }));
      for (let n = 0; n < names.length * 2; n++) {
        for (const spec of specs) {
          const state = system.stateOf(spec.name) ?? "stopped";
          if (state === "stopping") check(system.send({ type: "ended", name: spec.name, at, code: 0 }));
        }
      }
      expect(hasEnded(system.state)).toBe(true);
    }),
    { seed: 7, numRuns: 300 },
  );
});
