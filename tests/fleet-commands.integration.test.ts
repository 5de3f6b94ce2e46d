import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ingestSettings } from "../gateway/http/config.ts";
import { startIngest } from "../gateway/http/ingest.ts";
import { systemClock } from "../infra/runtime/clock.ts";
import { memoryKafka } from "../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../infra/runtime/logger.ts";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { seededRandom } from "../infra/runtime/random.ts";
import { readConfig } from "../infra/runtime/service/config.ts";
import { createMetrics } from "../infra/runtime/service/metrics.ts";
import { eventually } from "../infra/runtime/testing/eventually.ts";
import type { FleetRecord } from "../schemas/fleet.ts";
import { TOPICS } from "../schemas/topics.ts";
import { type StageProcess, startStage } from "./support/stage-process.ts";

/* The fleet's commands as processes, against an ingest whose Kafka is in memory. */
const STAGE = join("firmware-sim", "vehicles");
const kafka = memoryKafka();
const home = mkdtempSync(join(tmpdir(), "elevated-fleet-"));
let ingest: Awaited<ReturnType<typeof startIngest>>;
let fleet: StageProcess | undefined;

beforeAll(async () => {
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: TOPICS.fleet, partitions: 2 }]);
  ingest = await startIngest({
    config: { ...readConfig(ingestSettings, {}), FLEET_PORT: 0 },
    kafka,
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    metrics: createMetrics("fleet-commands"),
    signal: new AbortController().signal,
  });
});
afterAll(async () => {
  await fleet?.kill();
  await ingest.stop();
  rmSync(home, { recursive: true, force: true });
});

function drive(): Promise<StageProcess> {
  const options = ["--num-vehicles", "5", "--interval", "100ms", "--seed", "7", "-v", "--host", ingest.url];
  return startStage(STAGE, { ELEVATED_HOME: home }, '"driving"', options);
}

/** One of the fleet's commands, to its end. */
async function command(...args: readonly string[]): Promise<string> {
  const main = join(projectRoot(), "dist", STAGE, "main.js");
  // Nothing listens where PostgreSQL would be.
  const env = { ELEVATED_HOME: home, FLEET_URL: ingest.url, POSTGRES_URL: "postgresql://127.0.0.1:1/none" };
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
  });
  return stdout;
}

function events(): readonly FleetRecord[] {
  return kafka.records(TOPICS.fleet).map(({ value }) => JSON.parse(String(value)) as FleetRecord);
}

test("status tells what a running fleet posted, a second one is refused, and stop ends it with nothing unsent", async () => {
  fleet = await drive();
  await eventually(() => expect(events().length).toBeGreaterThan(20));
  const status = JSON.parse(await command("status", "--json"));
  expect(status.fleet.vehicles).toEqual(["V-001", "V-002", "V-003", "V-004", "V-005"]);
  expect(status.inKafka).toBeGreaterThan(20);
  expect(status.fleet.acknowledged).toBeGreaterThanOrEqual(status.inKafka);
  expect(status.database).toBeNull();
  await expect(drive()).rejects.toThrow(/ended with 1[\s\S]*a fleet runs already/);
  expect(await command("stop")).toBe("The fleet parks.\n");
  expect(await fleet.exited).toBe(0);
  const parked = fleet.log.split("\n").find((line) => line.includes('"parked"')) ?? "{}";
  expect(JSON.parse(parked)).toMatchObject({
    vehicles: 5,
    acknowledged: events().length,
    posted: events().length,
    waiting: 0,
  });
  expect(await command("stop")).toBe("No fleet runs here.\n");
  expect(await command("status")).toMatch(/none run here[\s\S]*unknown/);
});
