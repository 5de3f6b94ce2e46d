import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import type { Ended, Launched, Part } from "./part.ts";
import { RESTART_POLICY } from "./restart.ts";
import { type PartReport, Supervisor } from "./supervisor.ts";

/** A process that does what the test says. */
class FakeProcess implements Launched {
  readonly pid = 1;
  readonly calls: string[] = [];
  becomeReady: () => void = () => {};
  end: (ended: Ended) => void = () => {};
  readonly ready = new Promise<void>((resolve) => {
    this.becomeReady = resolve;
  });
  readonly ended = new Promise<Ended>((resolve) => {
    this.end = resolve;
  });
  stop(): void {
    this.calls.push("stop");
  }
  kill(): void {
    this.calls.push("kill");
    this.end({ code: null, reason: "ended by SIGKILL" });
  }
}

function setUp(change: Partial<Part> = {}) {
  const clock = new ManualClock();
  const processes: FakeProcess[] = [];
  const changes: PartReport[] = [];
  const part: Part = {
    name: "edge",
    kind: "service",
    needs: [],
    feeds: [],
    url: null,
    log: null,
    readyWithinMs: 1_000,
    holdsState: false,
    launch() {
      const launched = new FakeProcess();
      processes.push(launched);
      return launched;
    },
    ...change,
  };
  const supervisor = new Supervisor({
    parts: [part],
    policy: RESTART_POLICY,
    clock,
    stopWithinMs: 5_000,
    onChange: (report) => changes.push(report),
  });
  return { clock, processes, changes, supervisor };
}

/** Lets promises that are settled already be noticed. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 10; n++) await Promise.resolve();
};

describe("the supervisor", () => {
  test("reports how long a part took to be ready", async () => {
    const { clock, processes, changes, supervisor } = setUp();
    supervisor.begin();
    clock.advance(340);
    processes[0]?.becomeReady();
    await settle();
    expect(changes.map(({ state, ms }) => [state, ms])).toEqual([
      ["starting", null],
      ["ready", 340],
    ]);
  });

  test("starts a part again that ended, and says why it did", async () => {
    const { clock, processes, supervisor } = setUp();
    supervisor.begin();
    processes[0]?.becomeReady();
    await settle();
    processes[0]?.end({ code: 1, reason: "ended with code 1: out of luck" });
    await settle();
    expect(supervisor.reports()[0]).toMatchObject({
      state: "restarting",
      reason: expect.stringContaining("luck"),
    });
    clock.advance(RESTART_POLICY.baseMs);
    expect(processes).toHaveLength(2);
    expect(supervisor.reports()[0]).toMatchObject({ state: "starting", restarts: 1 });
  });

  test("kills a part that is not ready in time, and tries again", async () => {
    const { clock, processes, supervisor } = setUp();
    supervisor.begin();
    clock.advance(1_000);
    await settle();
    expect(processes[0]?.calls).toEqual(["kill"]);
    expect(supervisor.reports()[0]).toMatchObject({ state: "restarting", reason: "not ready after 1 s" });
  });

  test("kills a part that does not end when told to", async () => {
    const { clock, processes, supervisor } = setUp();
    supervisor.begin();
    const ended = supervisor.end();
    clock.advance(5_000);
    await ended;
    expect(processes[0]?.calls).toEqual(["stop", "kill"]);
  });

  test("in a hurry, what holds state is spared until there is no more time", async () => {
    const { processes, supervisor } = setUp({ holdsState: true });
    supervisor.begin();
    supervisor.kill("stateless");
    expect(processes[0]?.calls).toEqual([]);
    supervisor.kill("all");
    expect(processes[0]?.calls).toEqual(["kill"]);
  });

  test("a launch that throws counts as an end", async () => {
    const { supervisor } = setUp({
      launch() {
        throw new Error("no such program");
      },
    });
    supervisor.begin();
    await settle();
    expect(supervisor.reports()[0]).toMatchObject({ state: "restarting", reason: "no such program" });
  });

  test("nothing starts once everything is told to end", async () => {
    const { clock, processes, supervisor } = setUp();
    supervisor.begin();
    processes[0]?.end({ code: 1, reason: "" });
    await settle();
    await supervisor.end();
    clock.advance(60_000);
    expect(processes).toHaveLength(1);
  });
});
