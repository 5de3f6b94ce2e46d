import { beforeEach, expect, test } from "vitest";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { isAlive } from "../../infra/runtime/process-identity.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { FLUSH, FlushWatch } from "./flush-watch.ts";
import { Journal } from "./journal.ts";
import { DEVICE, readings } from "./outbox.contract.ts";
import { MemoryOutboxStore } from "./testing/memory-store.ts";

let clock: ManualClock;
const said: string[] = [];
const logger = {
  ...silentLogger,
  warn: (_: object, message: string) => said.push(message),
  fatal: (_: object, message: string) => said.push(message),
} as unknown as typeof silentLogger;

beforeEach(() => {
  clock = new ManualClock();
  said.length = 0;
});

function watching(): { watch: FlushWatch; stuck: () => number } {
  let stuck = 0;
  const onStuck = () => void stuck++;
  return { watch: new FlushWatch({ clock, logger, onStuck }), stuck: () => stuck };
}

const look = (times: number): void => {
  for (let i = 0; i < times; i++) clock.advance(FLUSH.lookMs);
};

test("flushes that end in time say nothing", () => {
  const { watch, stuck } = watching();
  for (let i = 0; i < 2 * FLUSH.stuck; i++) {
    watch.begun();
    look(1);
    watch.ended();
  }
  expect([said, stuck()]).toEqual([[], 0]);
});

test("one that takes long is told once, and given up once", () => {
  const { watch, stuck } = watching();
  watch.begun();
  look(FLUSH.slow - 1);
  expect(said).toEqual([]);
  look(1);
  expect(said).toEqual([expect.stringMatching(/does not answer/)]);
  look(FLUSH.stuck - FLUSH.slow);
  expect([said.length, stuck()]).toEqual([2, 1]);
  look(FLUSH.stuck);
  expect([said.length, stuck()]).toEqual([2, 1]);
});

test("the outbox gives up when its store never answers, and not while it does", async () => {
  const store = new MemoryOutboxStore();
  let stuck = 0;
  const outbox = new Journal({
    ...{ store, clock, logger, limitBytes: 2 ** 30, isAlive },
    onStuck: () => void stuck++,
  });
  const first = outbox.append(DEVICE, readings(1, 3));
  clock.advance(5);
  await first;
  look(FLUSH.stuck);
  expect(stuck).toBe(0);
  store.commit = () => new Promise(() => {});
  void outbox.append(DEVICE, readings(4, 4));
  clock.advance(5);
  look(FLUSH.stuck);
  expect(stuck).toBe(1);
});
