import { expect, test } from "vitest";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import type { FaultMaker, FaultOrder, FaultTargets } from "./maker.ts";
import { SlowProcess } from "./slow-process.ts";
import { SystemFaults } from "./system-faults.ts";
import { WrongClock } from "./wrong-clock.ts";

/** Notes what it does. */
function noted(done: string[], name: string, possible = true): FaultMaker {
  return {
    isPossible: () => possible,
    strike({ forMs, target = "" }: FaultOrder) {
      done.push(`${name} ${forMs} ${target}`.trim());
      return () => void done.push(`${name} heals`);
    },
  };
}

function board() {
  const clock = new ManualClock();
  const done: string[] = [];
  const faults = new SystemFaults(
    {
      "slow-kafka": noted(done, "slow"),
      "full-disk": noted(done, "full", false),
      "wrong-clock": noted(done, "clock"),
      "cloned-agent": noted(done, "clone"),
      "starved-machine": noted(done, "starved"),
    },
    clock,
  );
  return { clock, done, faults };
}

test("what cannot be made here is neither listed nor made", () => {
  const { faults, done } = board();
  expect(faults.kinds()).toEqual(["slow-kafka", "wrong-clock", "cloned-agent", "starved-machine"]);
  expect(() => faults.strike("full-disk", { forMs: 5 })).toThrow(/cannot be made/);
  expect(done).toEqual([]);
});

test("a fault is over after its time, which is at most a minute, and once", () => {
  const { faults, done, clock } = board();
  faults.strike("cloned-agent", { forMs: 3_600_000, target: "41660" });
  expect(() => faults.strike("cloned-agent", { forMs: 5 })).toThrow(/in force/);
  clock.advance(59_999);
  expect(done).toEqual(["clone 60000 41660"]);
  clock.advance(1);
  faults.healAll();
  expect(done).toEqual(["clone 60000 41660", "clone heals"]);
  faults.strike("cloned-agent", { forMs: 5 });
});

test("all end with the supervisor, whatever is left of their time", () => {
  const { faults, done, clock } = board();
  faults.strike("slow-kafka", { forMs: 20_000 });
  faults.strike("wrong-clock", { forMs: 20_000 });
  faults.healAll();
  clock.advance(20_000);
  expect(done.slice(2)).toEqual(["slow heals", "clock heals"]);
});

/** A part that can be started again as another process. */
class Running implements FaultTargets {
  pid: number | null = 7;
  readonly said: string[] = [];
  pidOf(): number | null {
    return this.pid;
  }
  say(part: string, line: string): boolean {
    this.said.push(`${part}: ${line}`);
    return this.pid !== null;
  }
}

test("a slow process stands for four fifths of the time, and runs when the fault ends", () => {
  const clock = new ManualClock();
  const signals: string[] = [];
  const slow = new SlowProcess("kafka", new Running(), clock, (pid, name) => signals.push(`${name} ${pid}`));
  const heal = slow.strike();
  clock.advance(999);
  expect(signals).toEqual(["SIGSTOP 7", "SIGCONT 7", "SIGSTOP 7", "SIGCONT 7"]);
  clock.advance(1);
  heal();
  expect(signals.slice(4)).toEqual(["SIGSTOP 7", "SIGCONT 7"]);
  clock.advance(5_000);
  expect(signals).toHaveLength(6);
});

test("a slow process that was started again is the one that is slowed; nobody else gets a signal", () => {
  const clock = new ManualClock();
  const signals: string[] = [];
  const targets = new Running();
  const slow = new SlowProcess("kafka", targets, clock, (pid, name) => signals.push(`${name} ${pid}`));
  const heal = slow.strike();
  targets.pid = null;
  clock.advance(1_000);
  expect(signals).toEqual(["SIGSTOP 7"]);
  targets.pid = 8;
  clock.advance(500);
  targets.pid = 9;
  heal();
  expect(signals).toEqual(["SIGSTOP 7", "SIGSTOP 8"]);
});

test("the agents are told how wrong their clock is, for how long, and that it is right again", () => {
  const targets = new Running();
  const wrong = new WrongClock("edge", targets);
  wrong.strike({ forMs: 20_000 })();
  expect(targets.said).toEqual(["edge: wall-clock 86400000 20000", "edge: wall-clock 0 0"]);
  targets.pid = null;
  expect(wrong.isPossible()).toBe(false);
  expect(() => wrong.strike({ forMs: 1 })).toThrow(/does not run/);
});
