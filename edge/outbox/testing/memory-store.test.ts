import { expect, test } from "vitest";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import { isAlive } from "../../../infra/runtime/process-identity.ts";
import { ManualClock } from "../../../infra/runtime/testing/manual-clock.ts";
import { Journal } from "../journal.ts";
import { DEVICE, outboxContract, readings } from "../outbox.contract.ts";
import { MemoryOutboxStore } from "./memory-store.ts";

outboxContract("memory", async (limitBytes = 2 ** 30) => {
  const store = new MemoryOutboxStore();
  const open = (): Journal =>
    new Journal({ store, clock: systemClock, logger: silentLogger, limitBytes, isAlive });
  let outbox = open();
  return {
    outbox,
    async reopen() {
      await outbox.close();
      outbox = open();
      return outbox;
    },
    destroy: () => outbox.close(),
  };
});

function onManualClock(): { store: MemoryOutboxStore; clock: ManualClock; outbox: Journal } {
  const store = new MemoryOutboxStore();
  const clock = new ManualClock();
  return {
    store,
    clock,
    outbox: new Journal({ store, clock, logger: silentLogger, limitBytes: 2 ** 30, isAlive }),
  };
}

test("readings of all stations share one flush, after 5 ms or at 256", async () => {
  const { store, clock, outbox } = onManualClock();
  const done = Promise.all([
    outbox.append(DEVICE, readings(1, 3)),
    outbox.append("41400-T1", readings(1, 1, { deviceId: "41400-T1" })),
  ]);
  expect(store.commits).toBe(0);
  clock.advance(5);
  await done;
  expect(store.commits).toBe(1);
  await outbox.append(DEVICE, readings(4, 259));
  expect(store.commits).toBe(2);
});

test("a failed flush undoes what built on it, keeps releases, and heals", async () => {
  const { store, clock, outbox } = onManualClock();
  const first = outbox.append(DEVICE, readings(1, 5));
  clock.advance(5);
  await first;

  store.fail = new Error("disk full");
  const failing = outbox.append(DEVICE, readings(6, 8));
  outbox.release(DEVICE, 2);
  clock.advance(5);
  const behind = outbox.append(DEVICE, readings(9, 9));
  await expect(failing).rejects.toMatchObject({ code: "EDGE_OUTBOX_FAILED" });
  await expect(behind).rejects.toMatchObject({ code: "EDGE_OUTBOX_FAILED" });
  expect(outbox.ledger(DEVICE)).toMatchObject({ stored: 5, published: 2, head: 6, tail: 3 });
  await expect(outbox.append(DEVICE, readings(6, 6))).rejects.toMatchObject({ retryable: true });

  store.fail = null;
  clock.advance(500);
  await Promise.resolve();
  await Promise.resolve();
  const healed = outbox.append(DEVICE, readings(6, 9));
  clock.advance(5);
  await healed;
  expect(outbox.peek(DEVICE, 1, 10).map((q) => q.reading.seq)).toEqual([3, 4, 5, 6, 7, 8, 9]);
});
