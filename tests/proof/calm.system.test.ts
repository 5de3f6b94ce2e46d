import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { type FleetLoad, startFleetLoad } from "../faults/fleet-load.ts";
import { freeze, signal } from "../support/signals.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { Attacks } from "./system/attacks.ts";
import { Burden } from "./system/burden.ts";
import { Witness } from "./system/witness.ts";

/*
 * A whole system with the city's traffic and some vehicles, to which everything happens that costs time and loses
 * nothing. A witness that reads along must never see a finding. With PROOF_IN_FULL=1 only: it takes most of an hour.
 */
const FULL = process.env["PROOF_IN_FULL"] === "1";
/** All of it in a tenth of the time: PROOF_HASTE=0.1. */
const HASTE = Number(process.env["PROOF_HASTE"] ?? 1);
const MINUTE_MS = 60_000;
/** Ends a hang. A slow machine may take long until it has caught up: that is no fault, and a finding is one at once. */
const CALM_WITHIN_MS = 20 * MINUTE_MS;
const TEST_MS = CALM_WITHIN_MS + 20 * MINUTE_MS;
const PARTS = [
  "kafka",
  "schema-registry",
  "central",
  "ksql",
  "gateway",
  "edge",
  "firmware-sim",
  "postgres",
  "fleet-ingest",
  "audit",
  "dashboard",
];

let system: TestSystem;
let witness: Witness;
let vehicles: FleetLoad | undefined;

async function open(home?: string): Promise<void> {
  system = await startSystem({ home, readyWithinMs: CALM_WITHIN_MS });
  witness = await Witness.at(new Attacks(system).kafka, TOPICS.audit);
  vehicles = startFleetLoad(system.endpoints.FLEET_URL, 5, MINUTE_MS / 60);
}

async function close(): Promise<void> {
  // It ends when all that it posted is acknowledged.
  await vehicles?.stop();
  vehicles = undefined;
  await witness?.stop();
  await system?.stop();
}

const lasts = (ms: number): Promise<void> => sleep(ms * HASTE);

/** It holds again, and no finding was ever made. */
async function expectCalm(what: string): Promise<void> {
  const from = Date.now();
  await eventually(
    () => {
      if (witness.open.length > 0) return;
      expect([witness.verdict?.state, witness.verdict?.fleet?.state], what).toEqual(["holds", "holds"]);
      // A verdict from before the fault says nothing of it.
      expect(witness.verdict?.asOf, what).toBeGreaterThan(from);
    },
    CALM_WITHIN_MS,
    500,
  );
  expect(witness.open, what).toEqual([]);
  const states = witness.takeStates();
  process.stderr.write(`${what}: ${JSON.stringify(states)}\n`);
  expect(states.broken ?? 0, what).toBe(0);
}

describe.skipIf(!FULL)("nothing is lost, so nothing is found", () => {
  beforeAll(() => open(), TEST_MS);
  afterAll(async () => {
    await close();
    await system?.remove();
  }, TEST_MS);

  test(
    "from the first line of a first start, and in a quarter of an hour in which nothing happens",
    async () => {
      await lasts(15 * MINUTE_MS);
      await expectCalm("clean");
    },
    TEST_MS,
  );

  test(
    "twenty busy processes on the same processors for five minutes",
    async () => {
      const burden = new Burden(20);
      try {
        await lasts(5 * MINUTE_MS);
      } finally {
        await burden.lift();
      }
      await expectCalm("twenty busy processes");
    },
    TEST_MS,
  );

  test.each(PARTS)(
    "%s stands still for half a minute",
    async (part) => {
      const pid = await system.pidOf(part);
      process.kill(pid, "SIGSTOP");
      try {
        await lasts(MINUTE_MS / 2);
      } finally {
        signal(pid, "SIGCONT");
      }
      await expectCalm(`${part} stopped`);
    },
    TEST_MS,
  );

  test.each(PARTS)(
    "%s is killed",
    async (part) => {
      await system.kill(part);
      await system.until(part, "ready");
      await expectCalm(`${part} killed`);
    },
    TEST_MS,
  );

  test(
    "all 92 stations' agents join at once, with what has waited",
    async () => {
      await system.request("edge", "stop");
      await system.until("edge", "stopped");
      await lasts(MINUTE_MS);
      await system.request("edge", "start");
      await system.until("edge", "ready");
      await expectCalm("92 stations join");
    },
    TEST_MS,
  );

  test(
    "a device's chip is replaced by an empty one",
    async () => {
      await new Attacks(system).eraseMemory("40380-T1");
      await expectCalm("chip replaced");
    },
    TEST_MS,
  );

  test(
    "the machine sleeps for two minutes",
    async () => {
      const wake = freeze(system.pid);
      try {
        await lasts(2 * MINUTE_MS);
      } finally {
        wake();
      }
      await expectCalm("the machine slept");
    },
    TEST_MS,
  );

  test(
    "stopped in order and started again",
    async () => {
      await close();
      await open(system.home);
      await expectCalm("stopped and started");
    },
    TEST_MS,
  );
});
