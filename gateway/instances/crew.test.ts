import { expect, test } from "vitest";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { ManualClock } from "../../infra/runtime/manual-clock.ts";
import { EXIT } from "../../schemas/errors.ts";
import { Crew, type Member } from "./crew.ts";

class FakeMember implements Member {
  readonly pid: number;
  stopped = false;
  ready: (probe: string) => void = () => {};
  exit: (code: number | null) => void = () => {};

  constructor(pid: number) {
    this.pid = pid;
  }

  onReady(then: (probe: string) => void): void {
    this.ready = then;
  }

  onExit(then: (code: number | null) => void): void {
    this.exit = then;
  }

  stop(): void {
    this.stopped = true;
  }
}

function crewOf(size: number) {
  const clock = new ManualClock();
  const members: FakeMember[] = [];
  const crew = new Crew({
    size,
    clock,
    random: () => 1,
    logger: silentLogger,
    launch() {
      const member = new FakeMember(100 + members.length);
      members.push(member);
      return member;
    },
  });
  const member = (index: number): FakeMember => {
    const found = members[index];
    if (!found) throw new Error(`there is no member ${index}`);
    return found;
  };
  return { clock, crew, members, member };
}

test("ready while one of them serves, and each says where its metrics are", () => {
  const { crew, member } = crewOf(2);
  expect(crew.probe().ready).toBe(false);
  member(1).ready("http://127.0.0.1:9102");
  expect(crew.probe().ready).toBe(true);
  expect(crew.reports()).toEqual([
    { instance: 1, state: "starting", pid: 100, restarts: 0, probe: null },
    { instance: 2, state: "ready", pid: 101, restarts: 0, probe: "http://127.0.0.1:9102" },
  ]);
});

test("one that was killed is started again in its place, after waits that grow until it recovered", () => {
  const { clock, crew, members, member } = crewOf(2);
  member(0).ready("a");
  member(1).ready("b");
  member(0).exit(null);
  expect(crew.reports()[0]).toMatchObject({ state: "restarting", pid: null, restarts: 1 });
  clock.advance(399);
  expect(members).toHaveLength(2);
  clock.advance(1);
  expect(crew.reports()[0]).toMatchObject({ instance: 1, state: "starting", pid: 102 });
  member(2).exit(1);
  clock.advance(799);
  expect(members).toHaveLength(3);
  clock.advance(1);
  member(3).ready("a");
  clock.advance(30_000);
  member(3).exit(null);
  clock.advance(400);
  expect(crew.reports()[0]).toMatchObject({ state: "starting", restarts: 3 });
});

test("what can never start ends all, with an exit code that says so", async () => {
  const { crew, member } = crewOf(2);
  member(0).exit(EXIT.config);
  await expect(crew.failed).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  const other = crewOf(1);
  for (let n = 0; n < 5; n++) {
    other.member(n).exit(EXIT.failure);
    other.clock.advance(10_000);
  }
  await expect(other.crew.failed).rejects.toMatchObject({ code: "CHILD_FAILED" });
});

test("a stop asks all of them, resolves when the last is gone, and starts nothing any more", async () => {
  const { clock, crew, members, member } = crewOf(2);
  member(0).exit(null);
  const stopped = crew.stop();
  expect(member(1).stopped).toBe(true);
  member(1).exit(0);
  await stopped;
  clock.advance(60_000);
  expect(members).toHaveLength(2);
});
