import { expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { isAlive } from "../../infra/runtime/process-identity.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { Journal } from "../outbox/journal.ts";
import { DEVICE, readings } from "../outbox/outbox.contract.ts";
import { MemoryOutboxStore } from "../outbox/testing/memory-store.ts";
import { Sender } from "./sender.ts";

test("a lone reading leaves at once, those that follow soon share a batch", async () => {
  const clock = new ManualClock();
  const outbox = new Journal({
    store: new MemoryOutboxStore(),
    clock: systemClock,
    logger: silentLogger,
    limitBytes: 2 ** 30,
    isAlive,
  });
  const sent: number[] = [];
  const sender = new Sender({
    stationId: 40380,
    agentBoot: 1,
    outbox,
    devices: () => [DEVICE],
    encode({ runs }) {
      sent.push(runs.reduce((n, run) => n + run.readings.length, 0));
      return Buffer.alloc(0);
    },
    clock,
    logger: silentLogger,
  });
  sender.begin(() => new Promise(() => {}));
  clock.advance(1_000);
  const hear = async (from: number, to: number): Promise<void> => {
    await outbox.append(DEVICE, readings(from, to));
    sender.wake();
  };
  await hear(1, 1);
  expect(sent).toEqual([1]);
  await hear(2, 2);
  clock.advance(10);
  await hear(3, 4);
  expect(sent).toEqual([1]);
  clock.advance(10);
  expect(sent).toEqual([1, 3]);
  clock.advance(30);
  await hear(5, 5);
  expect(sent).toEqual([1, 3, 1]);
  await outbox.close();
});
