import { expect, test } from "vitest";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { EXIT } from "../../schemas/errors.ts";
import { type Worker, WorkerPool } from "./worker-pool.ts";

class FakeWorker implements Worker {
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

function poolOf(size: number) {
  const clock = new ManualClock();
  const workers: FakeWorker[] = [];
  const pool = new WorkerPool({
    size,
    clock,
    random: () => 1,
    logger: silentLogger,
    launch() {
      const worker = new FakeWorker(100 + workers.length);
      workers.push(worker);
      return worker;
    },
  });
  const worker = (index: number): FakeWorker => {
    const found = workers[index];
    if (!found) throw new Error(`there is no worker ${index}`);
    return found;
  };
  return { clock, pool, workers, worker };
}

test("ready while one of them serves, and each says where its metrics are", () => {
  const { pool, worker } = poolOf(2);
  expect(pool.probe().ready).toBe(false);
  worker(1).ready("http://127.0.0.1:9102");
  expect(pool.probe().ready).toBe(true);
  expect(pool.reports()).toEqual([
    { instance: 1, state: "starting", pid: 100, restarts: 0, probe: null },
    { instance: 2, state: "ready", pid: 101, restarts: 0, probe: "http://127.0.0.1:9102" },
  ]);
});

test("one that was killed is started again in its slot, after waits that grow until it recovered", () => {
  const { clock, pool, workers, worker } = poolOf(2);
  worker(0).ready("a");
  worker(1).ready("b");
  worker(0).exit(null);
  expect(pool.reports()[0]).toMatchObject({ state: "restarting", pid: null, restarts: 1 });
  clock.advance(399);
  expect(workers).toHaveLength(2);
  clock.advance(1);
  expect(pool.reports()[0]).toMatchObject({ instance: 1, state: "starting", pid: 102 });
  worker(2).exit(1);
  clock.advance(799);
  expect(workers).toHaveLength(3);
  clock.advance(1);
  worker(3).ready("a");
  clock.advance(30_000);
  worker(3).exit(null);
  clock.advance(400);
  expect(pool.reports()[0]).toMatchObject({ state: "starting", restarts: 3 });
});

test("what can never start ends all, with an exit code that says so", async () => {
  const { pool, worker } = poolOf(2);
  worker(0).exit(EXIT.config);
  await expect(pool.failed).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  const other = poolOf(1);
  for (let n = 0; n < 5; n++) {
    other.worker(n).exit(EXIT.failure);
    other.clock.advance(10_000);
  }
  await expect(other.pool.failed).rejects.toMatchObject({ code: "CHILD_FAILED" });
});

test("a stop asks all of them, resolves when the last is gone, and starts nothing any more", async () => {
  const { clock, pool, workers, worker } = poolOf(2);
  worker(0).exit(null);
  const stopped = pool.stop();
  expect(worker(1).stopped).toBe(true);
  worker(1).exit(0);
  await stopped;
  clock.advance(60_000);
  expect(workers).toHaveLength(2);
});
