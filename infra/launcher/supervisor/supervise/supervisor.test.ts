import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import type { Ended, Launched, Part } from "./part.ts";
import { LOOK_EVERY_MS, QUIET_LIMIT_MS } from "./patience.ts";
import { RESTART_POLICY } from "./restart.ts";
import { type PartReport, Supervisor } from "./supervisor.ts";

/** A process that does what the test says. */
class FakeProcess implements Launched {
  readonly pid = 1;
  readonly calls: string[] = [];
  becomeReady: () => void = () => {};
  end: (ended: Ended) => void = () => {};
  refuse: (reason: Error) => void = () => {};
  readonly ready = new Promise<void>((resolve, reject) => {
    this.becomeReady = resolve;
    this.refuse = reject;
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
  /** What its processes have done, and whose they are. */
  const activity = { processorMs: 0, asked: [] as (readonly number[])[] };
  const part: Part = {
    name: "edge",
    kind: "service",
    needs: [],
    feeds: [],
    url: null,
    log: "/nonexistent/edge.log",
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
    activityOf(pids) {
      activity.asked.push(pids);
      const thread = { processorMs: activity.processorMs, waitedMs: 0 };
      return { threads: new Map([[1, thread]]), bytes: 0, logBytes: 0 };
    },
    stopWithinMs: 5_000,
    onChange: (report) => changes.push(report),
  });
  return { clock, processes, changes, supervisor, activity };
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

  test("waits for a part as long as it works, and says what it does", async () => {
    const { clock, processes, supervisor, activity } = setUp();
    supervisor.begin();
    for (let s = 0; s < 600; s++) {
      activity.processorMs += 400;
      clock.advance(1_000);
    }
    expect(processes[0]?.calls).toEqual([]);
    expect(supervisor.reports()[0]).toMatchObject({ state: "starting", doing: "uses 40 % of a processor" });
    expect(activity.asked).toHaveLength(600);
    processes[0]?.becomeReady();
    await settle();
    clock.advance(QUIET_LIMIT_MS);
    expect(supervisor.reports()[0]).toMatchObject({ state: "ready", doing: null });
    expect(activity.asked).toHaveLength(600);
  });

  test("does not judge work of its own that works through no other part", async () => {
    const { clock, processes, supervisor } = setUp({ kind: "task", log: null });
    supervisor.begin();
    clock.advance(10 * QUIET_LIMIT_MS);
    expect(processes[0]?.calls).toEqual([]);
    expect(supervisor.reports()[0]).toMatchObject({ state: "starting", restarts: 0 });
  });

  test("kills a part that hangs, and tries again", async () => {
    const { clock, processes, supervisor } = setUp();
    supervisor.begin();
    clock.advance(QUIET_LIMIT_MS);
    expect(processes[0]?.calls).toEqual([]);
    clock.advance(LOOK_EVERY_MS);
    await settle();
    expect(processes[0]?.calls).toEqual(["kill"]);
    expect(supervisor.reports()[0]).toMatchObject({
      state: "restarting",
      reason: "hung: it did nothing for 60 s",
    });
  });

  test("ends a part that will never be of use, and says why", async () => {
    const { processes, supervisor } = setUp();
    supervisor.begin();
    processes[0]?.refuse(new Error("its data know no administrator"));
    await settle();
    expect(processes[0]?.calls).toEqual(["kill"]);
    expect(supervisor.reports()[0]).toMatchObject({
      state: "restarting",
      reason: "its data know no administrator",
    });
  });

  test("kills a part that was ready and answers no more, says so, and starts it again", async () => {
    let answers = true;
    const { clock, processes, supervisor } = setUp({ lives: async () => answers });
    const pass = async (seconds: number): Promise<void> => {
      for (let n = 0; n < seconds; n += 5) {
        clock.advance(5_000);
        await settle();
      }
    };
    supervisor.begin();
    processes[0]?.becomeReady();
    await settle();
    await pass(600);
    expect(processes[0]?.calls).toEqual([]);
    answers = false;
    for (let n = 0; processes[0]?.calls.length === 0 && n < 100; n++) await pass(5);
    expect(processes[0]?.calls).toEqual(["kill"]);
    expect(supervisor.reports()[0]).toMatchObject({ restarts: 1, reason: "hung: no answer for 60 s" });
    clock.advance(RESTART_POLICY.baseMs);
    expect(processes).toHaveLength(2);
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
