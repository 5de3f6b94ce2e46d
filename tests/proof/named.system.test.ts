import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StateView } from "../../firmware-sim/control/api.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { AUDIT_KEYS, type Finding, type Resolution } from "../../schemas/audit.ts";
import { HEADERS, parseReading, TOPICS } from "../../schemas/topics.ts";
import { type FleetLoad, startFleetLoad } from "../faults/fleet-load.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { Attacks } from "./system/attacks.ts";
import { Witness } from "./system/witness.ts";

/*
 * A whole system with the city's traffic, in which something is really lost, doubled or deleted, one thing after the
 * other: each is named while traffic flows. With PROOF_IN_FULL=1 only; the matrix holds the same on the pipeline alone.
 */
const FULL = process.env["PROOF_IN_FULL"] === "1";
const NAMED_MS = 30_000;
const MINUTE_MS = 60_000;

let system: TestSystem;
let attacks: Attacks;
let witness: Witness;
let vehicles: FleetLoad | undefined;

async function open(home?: string): Promise<void> {
  system = await startSystem({ home, readyWithinMs: 10 * MINUTE_MS });
  attacks = new Attacks(system);
  witness = await Witness.at(attacks.kafka, TOPICS.audit);
}

async function close(): Promise<void> {
  // It ends when all that it posted is acknowledged.
  await vehicles?.stop();
  vehicles = undefined;
  await witness?.stop();
  await system?.stop();
}

/** Readings that the agents have acknowledged to their devices. */
async function onAgentsDisks(): Promise<number> {
  const answer = await fetch(`${system.endpoints.FIRMWARE_SIM_URL}/state`);
  const { numbered, waiting } = (await answer.json()) as StateView;
  return numbered - waiting;
}

const matching = (part: Partial<Finding>): readonly Finding[] =>
  witness.findings.filter((finding) =>
    Object.entries(part).every(([key, value]) => finding[key as keyof Finding] === value),
  );

async function named(part: Partial<Finding>, withinMs = NAMED_MS): Promise<Finding> {
  return eventually(() => {
    const [finding] = matching(part);
    if (!finding) throw new Error(`no ${JSON.stringify(part)} among ${JSON.stringify(witness.findings)}`);
    return finding;
  }, withinMs);
}

describe.skipIf(!FULL)("what is lost on a whole system has a name", () => {
  beforeAll(async () => {
    await open();
    vehicles = startFleetLoad(system.endpoints.FLEET_URL, 3, 1_000);
    await eventually(() => expect(witness.verdict?.state).toBe("holds"), 3 * MINUTE_MS);
  }, 15 * MINUTE_MS);
  afterAll(async () => {
    await close();
    await system?.remove();
  });

  test("a clean record that a stranger writes once more", async () => {
    const clean = await attacks.newest(TOPICS.turnstiles);
    await attacks.forge([attacks.copyOf(clean)]);
    const { deviceId } = parseReading(clean.headers[HEADERS.reading] ?? "");
    const { evidence } = await named({ kind: "doubled", hop: "dedup", deviceId });
    expect(evidence[0]).toMatchObject({ topic: TOPICS.turnstiles, partition: clean.partition });
    expect(witness.verdict?.state).toBe("broken");
  });

  test("a vehicle's row that somebody deletes", async () => {
    await vehicles?.acknowledges(30);
    const client = new Client({ connectionString: system.endpoints.POSTGRES_URL });
    await client.connect();
    await eventually(() => expect(witness.verdict?.fleet?.rows).toBeGreaterThan(10), MINUTE_MS);
    const deleted = await client.query(
      "DELETE FROM av_telemetry.diag WHERE vehicle_id = 'V-001' AND sequence = 3",
    );
    await client.end();
    expect(deleted.rowCount).toBe(1);
    const { ranges } = await named({ kind: "lost", hop: "table", deviceId: "V-001" });
    expect(ranges).toEqual([{ from: 3, to: 3 }]);
  });

  test(
    "what an outbox held when its disk was lost is accounted for, with its cause",
    async () => {
      await system.request("gateway", "stop");
      await system.until("gateway", "stopped");
      // The city goes on: what comes now waits in the outbox.
      const before = await onAgentsDisks();
      await eventually(async () => expect(await onAgentsDisks()).toBeGreaterThan(before + 500), MINUTE_MS);
      await attacks.loseOutbox();
      await system.request("gateway", "start");
      const finding = await named({ cause: "outbox-lost" }, 2 * MINUTE_MS);
      expect(finding).toMatchObject({ deviceId: expect.any(String), bootId: expect.any(Number) });
      expect(finding.ranges).not.toEqual([]);
      expect(matching({ hop: "gateway", cause: null })).toEqual([]);
    },
    6 * MINUTE_MS,
  );

  test(
    "raw records that were deleted before the auditor could read them",
    async () => {
      await system.request("audit", "stop");
      await system.until("audit", "stopped");
      await attacks.deleteRead(TOPICS.raw, "dedup");
      // What has come since then, no auditor has read.
      let deleted = 0;
      await eventually(async () => {
        deleted += await attacks.deleteRead(TOPICS.raw, "dedup");
        expect(deleted).toBeGreaterThan(20);
      });
      await system.request("audit", "start");
      await named({ kind: "unread", hop: "raw" }, MINUTE_MS);
      // dedup had read them: no reading is lost.
      expect(matching({ kind: "lost", hop: "gateway", cause: null })).toEqual([]);
    },
    4 * MINUTE_MS,
  );

  test(
    "after a stop and a start of everything all of it is still there, until an operator resolves it",
    async () => {
      const openIds = (): readonly string[] => witness.open.map(({ id }) => id).sort();
      const before = openIds();
      await close();
      await open(system.home);
      await eventually(
        () => expect(witness.verdict?.asOf).toBeGreaterThan(Date.now() - 5_000),
        2 * MINUTE_MS,
      );
      expect(openIds()).toEqual(before);
      expect(witness.verdict?.state).toBe("broken");
      const resolution: Resolution = { at: Date.now(), by: "operator", reason: "done on purpose" };
      await attacks.forge(
        witness.open.map(({ id }) => ({
          topic: TOPICS.audit,
          partition: 0,
          key: Buffer.from(AUDIT_KEYS.resolution + id),
          value: Buffer.from(JSON.stringify(resolution)),
        })),
      );
      await eventually(() => expect(witness.verdict?.state).toBe("holds"), 3 * MINUTE_MS);
      expect(witness.verdict?.findings.open).toBe(0);
    },
    20 * MINUTE_MS,
  );
});
