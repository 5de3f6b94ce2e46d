import { expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { isAlive } from "../../infra/runtime/process-identity.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { CodedError } from "../../schemas/errors.ts";
import { Journal } from "../outbox/journal.ts";
import { MemoryOutboxStore } from "../outbox/testing/memory-store.ts";
import type { Connection, MqttConnect } from "./ports.ts";
import { Uplink } from "./uplink.ts";

const WAIT_MS = 100;

/** An uplink to a gateway that takes so long to answer. */
function uplinkTo(connect: MqttConnect, clock: ManualClock): Uplink {
  const limitBytes = 2 ** 30;
  const store = new MemoryOutboxStore();
  return new Uplink({
    stationId: 40380,
    agentBoot: 1,
    outbox: new Journal({ store, clock: systemClock, logger: silentLogger, limitBytes, isAlive }),
    devices: () => [],
    connect,
    urls: () => ["mqtt://gateway"],
    encode: () => Buffer.alloc(0),
    clock,
    backoff: { next: () => WAIT_MS, reset: () => {} },
    logger: silentLogger,
    will: () => ({ topic: "will", payload: Buffer.alloc(0) }),
    onUp: () => {},
    onDown: () => {},
  });
}

test("a gateway that answers late is waited for longer each time, and one that refuses at once is not", async () => {
  const clock = new ManualClock();
  const limits: number[] = [];
  const answers = { afterMs: 30_000, refuses: false };
  const connection: Connection = { publish: () => Promise.resolve(), close: () => Promise.resolve() };
  const lost: (() => void)[] = [];
  const uplink = uplinkTo(({ withinMs, onLost }) => {
    limits.push(withinMs);
    lost.push(() => onLost("cut"));
    const failed = new CodedError("UPLINK_LOST", { message: "no answer", retryable: true });
    if (answers.refuses) return Promise.reject(failed);
    return new Promise((resolve, reject) => {
      if (answers.afterMs < withinMs) clock.after(answers.afterMs, () => resolve(connection));
      else clock.after(withinMs, () => reject(failed));
    });
  }, clock);
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += WAIT_MS) {
      clock.advance(WAIT_MS);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
  };
  uplink.start();
  await pass(200_000);
  expect(uplink.connected).toBe(true);
  expect(limits).toEqual([5_000, 10_000, 20_000, 40_000]);
  // One answer, and the patience is the usual one again.
  answers.refuses = true;
  lost.at(-1)?.();
  await pass(1_000);
  expect(new Set(limits.slice(4))).toEqual(new Set([5_000]));
  await uplink.stop();
});
