import { Client, type ClientConfig } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Database } from "../../central/telemetry/database.ts";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { fleetRecord } from "../../schemas/testing/fleet-events.ts";
import { startServers, type TestServers } from "../support/servers.ts";

/* The writer's transactions on a real PostgreSQL. */
let servers: TestServers;
let access: { readonly connectionString: string };
const open: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  servers = await startServers(["postgres", "database"]);
  access = { connectionString: servers.addresses.POSTGRES_URL };
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => servers?.stop());

async function connected(config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ ...access, ...config });
  await client.connect();
  open.push(() => client.end());
  return client;
}

const EVENT = fleetRecord({ metadata: { model: "bus" } });

function record(offset: number, event: Partial<typeof EVENT> = {}): InRecord {
  const value = Buffer.from(JSON.stringify({ ...EVENT, ...event }));
  return { topic: "t", partition: 0, offset, timestamp: 0, key: null, value, headers: {} };
}

test("while another session holds a lock the writer leaves no backend behind, names the session, and then goes on", async () => {
  const holder = await connected({ application_name: "somebody" });
  const watcher = await connected();
  const database = new Database(access, { lockMs: 100, statementMs: 2_000, idleMs: 2_000 });
  open.push(() => database.close());
  const place = { cluster: "locked", topic: "t", partition: 0, topicId: "" };
  const write = () => database.write(place, [record(0, { vehicle_id: "V-locked" })], async () => {});

  await holder.query("BEGIN; LOCK TABLE av_telemetry.diag");
  for (let tries = 0; tries < 8; tries++) {
    await expect(write()).rejects.toMatchObject({
      code: "DEPENDENCY_UNAVAILABLE",
      retryable: true,
      message: expect.stringMatching(
        /another session holds a lock: av_telemetry\.diag by process \d+ \(somebody\)/,
      ),
    });
  }
  const backends = await watcher.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'telemetry' AND state <> 'idle'",
  );
  expect(backends.rows).toEqual([{ n: 0 }]);
  await holder.query("ROLLBACK");
  expect(await write()).toMatchObject({ inserted: 1 });
});

test("a writer that stops in the middle of its transaction does not hold its partition for ever", async () => {
  const place = { cluster: "stopped", topic: "t", partition: 0, topicId: "" };
  const bounds = { lockMs: 20_000, statementMs: 20_000, idleMs: 200 };
  const stopped = new Database(access, bounds);
  const other = new Database(access, bounds);
  open.push(
    () => stopped.close(),
    () => other.close(),
  );
  // Kafka never answers about the dead letter, so this transaction never ends by itself.
  let inTransaction = (): void => {};
  const entered = new Promise<void>((resolve) => {
    inTransaction = resolve;
  });
  const broken = { ...record(0), value: Buffer.from("{") };
  let release = (): void => {};
  const first = stopped.write(place, [broken], () => {
    inTransaction();
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  const ended = expect(first).rejects.toThrow();
  await entered;
  expect(await other.write(place, [record(0, { vehicle_id: "V-stopped" })], async () => {})).toMatchObject({
    inserted: 1,
  });
  release();
  await ended;
});

test("an event that is sent again is a duplicate; another one under its identity is named, and the row stays", async () => {
  const client = await connected();
  const database = new Database(access);
  open.push(() => database.close());
  const place = { cluster: "conflicts", topic: "t", partition: 0, topicId: "" };
  const event = (sequence: number, change: Partial<typeof EVENT> = {}) => ({
    vehicle_id: "V-conflicts",
    sequence,
    ...change,
  });
  const refused: string[] = [];
  const write = (records: readonly InRecord[]) =>
    database.write(place, records, async (some) => {
      for (const {
        record: { offset },
        error,
      } of some)
        refused.push(`${offset} ${error.code} ${error.message}`);
    });

  expect(await write([record(0, event(1)), record(1, event(2))])).toMatchObject({
    inserted: 2,
    conflicts: 0,
  });
  const again = [
    // The same, as another delivery of it says it.
    record(2, event(1, { received: "2026-01-01T12:00:09.000Z", time: "2026-01-01T06:00:00.000-06:00" })),
    // Another place, and another one within the same statement.
    record(3, event(2, { lat: 41.9, metadata: { model: "van" } })),
    record(4, event(3)),
    record(5, event(3, { speed: 31 })),
  ];
  expect(await write(again)).toEqual({
    inserted: 1,
    duplicates: 1,
    deadLetters: 2,
    conflicts: 2,
    skipped: 0,
  });
  expect(refused).toEqual([
    expect.stringMatching(/^3 TELEMETRY_CONFLICT .*V-conflicts, boot 1, sequence 2 \(other: lat, metadata\)/),
    expect.stringMatching(/^5 TELEMETRY_CONFLICT .*V-conflicts, boot 1, sequence 3 \(other: speed\)/),
  ]);
  const { rows } = await client.query(
    "SELECT sequence::int, lat, speed FROM av_telemetry.diag WHERE vehicle_id = 'V-conflicts' ORDER BY sequence",
  );
  expect(rows).toEqual([1, 2, 3].map((sequence) => ({ sequence, lat: EVENT.lat, speed: EVENT.speed })));

  // The slow way, in which PostgreSQL refuses a row too, names the same.
  refused.length = 0;
  await client.query("ALTER TABLE av_telemetry.diag ADD CONSTRAINT known CHECK (vehicle_id <> 'V-unknown')");
  const mixed = [
    record(6, event(1, { battery: 1 })),
    record(7, { vehicle_id: "V-unknown" }),
    record(8, event(4)),
  ];
  expect(await write(mixed)).toEqual({
    inserted: 1,
    duplicates: 0,
    deadLetters: 2,
    conflicts: 1,
    skipped: 0,
  });
  expect(refused.map((line) => line.split(" ", 2).join(" ")).sort()).toEqual([
    "6 TELEMETRY_CONFLICT",
    "7 TELEMETRY_INVALID",
  ]);
});
