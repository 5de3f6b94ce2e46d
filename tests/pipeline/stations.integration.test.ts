import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { type FollowedTable, followStationsTable } from "./stations-table.ts";

/*
 * PostgreSQL → Debezium → the stations transform → the table's topic. After whatever happens on the way, the table is
 * what SQL makes of the rows. The tests run in order on one system.
 */
const EXPECTED = `
  SELECT DISTINCT station_id, station_name, "order", line
  FROM stations CROSS JOIN LATERAL (VALUES ('red', red), ('blue', blue), ('green', green)) AS flags (line, here)
  WHERE here`;

let system: TestSystem;
let table: FollowedTable;

beforeAll(async () => {
  system = await startSystem({ args: ["--only", "connectors,central"] });
  table = await followStationsTable(system.endpoints, "stations-test");
});

afterAll(async () => {
  await table?.stop();
  await system?.stop();
  await system?.remove();
});

async function sql(text: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: system.endpoints.POSTGRES_URL });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function agreed(rows?: number): Promise<void> {
  const expected = await sql(EXPECTED);
  if (rows !== undefined) expect(expected).toHaveLength(rows);
  const lines = (all: Iterable<unknown>): string[] => [...all].map((row) => JSON.stringify(row)).sort();
  await eventually(() => expect(lines(table.rows.values())).toEqual(lines(expected)));
}

test("the table begins as the database: 94 stations of 230 rows", () => agreed(94));

test("a changed name, a deleted station and a new one arrive", async () => {
  await sql("UPDATE stations SET station_name = 'Renamed' WHERE station_id = 40380");
  await sql("DELETE FROM stations WHERE station_id = 40900");
  await sql(`INSERT INTO stations VALUES
    (39998, 'N', 'New (northbound)', 'New', 'New (Red Line)', 49990, 99, true, false, false),
    (39999, 'S', 'New (southbound)', 'New', 'New (Red Line)', 49990, 99, true, false, false)`);
  await agreed(94);
});

test("a station goes with its second stop, not with its first", async () => {
  await sql("DELETE FROM stations WHERE stop_id = 39998");
  await agreed(94);
  await sql("DELETE FROM stations WHERE stop_id = 39999");
  await agreed(93);
});

/** `npm run connect -- …` of this system. @returns its exit code and all that it said. */
async function connect(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly [code: number, said: string]> {
  const main = join(projectRoot(), "dist", "central", "connect", "main.js");
  const options = { env: { ...process.env, ELEVATED_HOME: system.home, ...env } };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args], options);
    return [0, stdout + stderr];
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return [code, stdout + stderr];
  }
}

test("the connector's settings: wrong ones are refused with their reason and change nothing, a changed one arrives", async () => {
  const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ POSTGRES_PASSWORD: "nope" }, /PostgreSQL refuses the user or the password/],
    [{ POSTGRES_PORT: "1" }, /Connect cannot reach PostgreSQL/],
    [{ CONNECT_SLOT: "Bad Slot" }, /slot\.name: The 'slot\.name' value is invalid/],
    [{ CONNECT_SOURCE: "jdbc" }, /needs the plugin .*JdbcSourceConnector, which this Connect does not have/],
  ];
  for (const [env, reason] of wrong) {
    expect(await connect(["apply"], env)).toEqual([1, expect.stringMatching(reason) as string]);
  }
  expect(await connect(["apply"])).toEqual([
    0,
    expect.stringMatching(/^stations-debezium: unchanged\nstations-debezium: RUNNING/) as string,
  ]);
  expect(await connect(["delete"])).toEqual([
    0,
    expect.stringMatching(/^stations-debezium: deleted\n/) as string,
  ]);
  await sql("UPDATE stations SET station_name = 'Meanwhile' WHERE station_id = 40380");
  expect(await connect(["status"])).toEqual([0, expect.stringMatching(/^no connectors\n/) as string]);
  expect((await connect(["apply"]))[0]).toBe(0);
  expect((await connect(["restart"]))[0]).toBe(0);
  await agreed(93);
});

test.each(["central", "connect", "postgres"])(
  "what changes around a killed %s is in the table afterwards",
  async (part) => {
    await sql(`UPDATE stations SET station_name = 'before ${part}' WHERE station_id = 41400`);
    await system.kill(part);
    await eventually(() =>
      sql(`UPDATE stations SET station_name = 'after ${part}' WHERE station_id = 41320`),
    );
    await system.until(part, "ready");
    await sql(`DELETE FROM stations WHERE station_id = (SELECT max(station_id) FROM stations WHERE blue)`);
    await agreed();
  },
);
