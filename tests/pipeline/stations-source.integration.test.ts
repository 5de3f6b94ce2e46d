import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStatus } from "../../infra/launcher/supervisor/status.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { type FollowedTable, followStationsTable } from "./stations-table.ts";

/*
 * What events cannot tell, and what PostgreSQL does not keep for ever: after each of these the table of stations is what
 * SQL makes of the rows all the same. The tests run in order on one system.
 */
const EXPECTED = `
  SELECT DISTINCT station_id::int, station_name, "order"::int AS "order", line
  FROM stations CROSS JOIN LATERAL (VALUES ('red', red), ('blue', blue), ('green', green)) AS flags (line, here)
  WHERE here`;

let system: TestSystem;
let client: Client;
let table: FollowedTable;

beforeAll(async () => {
  system = await startSystem({ args: ["--only", "connectors,central"], env: { STATIONS_RECONCILE_S: "1" } });
  client = new Client({ connectionString: system.endpoints.POSTGRES_URL });
  await client.connect();
  table = await followStationsTable(system.endpoints, "source-test");
});
afterAll(async () => {
  await table?.stop();
  await client?.end();
  await system?.stop();
  await system?.remove();
});

const sql = async (text: string): Promise<readonly Record<string, unknown>[]> =>
  (await client.query(text)).rows;

async function agreed(): Promise<void> {
  const lines = (all: Iterable<unknown>): string[] => [...all].map((row) => JSON.stringify(row)).sort();
  const expected = lines(await sql(EXPECTED));
  await eventually(() => expect(lines(table.rows.values())).toEqual(expected));
}

/** A command of the project in this system's home. @returns its exit code and all that it said. */
async function command(...args: readonly string[]): Promise<readonly [code: number, said: string]> {
  const options = { cwd: projectRoot(), env: { ...process.env, ELEVATED_HOME: system.home } };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...args], options);
    return [0, stdout + stderr];
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return [code, stdout + stderr];
  }
}
const connect = (...args: readonly string[]) =>
  command(join("dist", "central", "connect", "main.js"), ...args);
const doctor = () => command(join("infra", "launcher", "doctor.mjs"));

test("the replication slot advances though only other tables are written", async () => {
  await agreed();
  await sql("CREATE TABLE others (text text)");
  await sql("INSERT INTO others SELECT repeat('x', 1000) FROM generate_series(1, 5000)");
  const [written] = await sql("SELECT pg_current_wal_lsn()::text AS lsn");
  await eventually(async () => {
    const [slot] = await sql(
      `SELECT confirmed_flush_lsn >= '${written?.["lsn"]}' AS there FROM pg_replication_slots WHERE slot_name = 'elevated_stations'`,
    );
    expect(slot).toEqual({ there: true });
  });
});

test("the table follows a column of another type, and one that had another name for a while", async () => {
  await sql(`ALTER TABLE stations ALTER COLUMN "order" TYPE numeric`);
  await sql(`UPDATE stations SET "order" = "order" + 100 WHERE station_id = 40380`);
  await agreed();
  await sql("ALTER TABLE stations RENAME COLUMN station_name TO called");
  await sql("UPDATE stations SET called = 'Renamed meanwhile' WHERE station_id = 41320");
  await sql("DELETE FROM stations WHERE station_id = 40900");
  const problems = async () => (await readStatus(system.endpoints.SUPERVISOR_URL)).source?.problems ?? [];
  await eventually(async () => expect(await problems()).toEqual([expect.stringContaining("station_name")]));
  await sql("ALTER TABLE stations RENAME COLUMN called TO station_name");
  await agreed();
  await eventually(async () => expect(await problems()).toEqual([]));
});

test("a slot that PostgreSQL gave up is named by status and doctor, and apply heals it: nothing stays that is gone", async () => {
  await system.request("connect", "stop");
  await system.until("connect", "stopped");
  const { user, password } = JSON.parse(
    readFileSync(join(system.home, "secrets", "postgres-admin.json"), "utf8"),
  );
  const { hostname, port } = new URL(system.endpoints.POSTGRES_URL);
  const administrator = new Client({ user, password, host: hostname, port: Number(port), database: "cta" });
  await administrator.connect();
  // Each switch fills a segment of 16 MB: more than max_slot_wal_keep_size in all.
  for (let segments = 0; segments < 90; segments++) {
    await sql("INSERT INTO others VALUES ('x')");
    await administrator.query("SELECT pg_switch_wal()");
  }
  await administrator.query("CHECKPOINT");
  await administrator.end();
  const lost = "SELECT wal_status AS state FROM pg_replication_slots WHERE slot_name = 'elevated_stations'";
  await eventually(async () => expect(await sql(lost)).toEqual([{ state: "lost" }]));
  await sql("DELETE FROM stations WHERE station_id = 41260");
  await sql("UPDATE stations SET station_name = 'Meanwhile' WHERE station_id = 41400");
  await eventually(async () => {
    const { source } = await readStatus(system.endpoints.SUPERVISOR_URL);
    expect(source?.problems).toEqual([expect.stringMatching(/elevated_stations is lost .*connect -- apply/)]);
  });
  expect((await doctor())[1]).toMatch(/✗ stations .*elevated_stations is lost/);
  // Also without Connect the table is right.
  await agreed();

  await system.request("connect", "start");
  await system.until("connect", "ready");
  await eventually(async () => {
    const [code, said] = await connect("status");
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/slot elevated_stations: LOST[\s\S]*connect -- apply/),
    ]);
  });
  const [code, said] = await connect("apply");
  expect([code, said]).toEqual([
    0,
    expect.stringMatching(/elevated_stations is lost \(wal_removed\): dropped/),
  ]);
  expect(said).toContain("stations-debezium: RUNNING");
  await eventually(async () =>
    expect(await sql(lost)).toEqual([{ state: expect.stringMatching(/reserved|extended/) }]),
  );
  await sql("UPDATE stations SET station_name = 'Afterwards' WHERE station_id = 41400");
  await agreed();
  // The comparison alone can have brought that. Changes arrive by events again once the slot is read.
  await eventually(async () =>
    expect((await connect("status"))[1]).toMatch(/replication slot elevated_stations: read/),
  );
});

test("TRUNCATE empties the table of stations, and rows that come afterwards fill it", async () => {
  await sql("CREATE TABLE kept AS SELECT * FROM stations");
  await sql("TRUNCATE stations");
  await eventually(() => expect(table.rows.size).toBe(0));
  await sql("INSERT INTO stations SELECT * FROM kept");
  await agreed();
});
