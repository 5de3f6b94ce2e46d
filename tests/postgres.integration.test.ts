import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../infra/operator/postgres/migrate.ts";
import { type Migration, migrations } from "../infra/operator/postgres/migrations.ts";
import { startServers, type TestServers } from "./support/servers.ts";

describe("the database's migrations", () => {
  let servers: TestServers;
  beforeAll(async () => {
    servers = await startServers(["postgres"]);
  });
  afterAll(() => servers.stop());

  const database = (name: string): string => {
    const url = new URL(servers.addresses.POSTGRES_URL);
    url.pathname = `/${name}`;
    return url.href;
  };
  const query = async (url: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  test("five processes at once create the database and apply each step once", async () => {
    const url = database("at_once");
    const applied = await Promise.all(
      Array.from({ length: 5 }, () => migrate({ connectionString: url }, migrations())),
    );
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await query(url, "SELECT count(*)::int AS n FROM stations")).toEqual([{ n: 230 }]);
    expect(await migrate({ connectionString: url }, migrations())).toEqual([]);
  });

  test("a step that fails changes nothing and is tried again", async () => {
    const url = database("failing");
    const half: Migration = {
      version: 1,
      name: "half",
      async apply(client) {
        await client.query("CREATE TABLE half (n integer)");
        await client.query("SELECT 1/0");
      },
    };
    await expect(migrate({ connectionString: url }, [half])).rejects.toMatchObject({
      code: "DEPENDENCY_UNAVAILABLE",
      retryable: true,
    });
    expect(await query(url, "SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    const whole: Migration = {
      ...half,
      apply: async (client) => void (await client.query("CREATE TABLE half ()")),
    };
    expect(await migrate({ connectionString: url }, [whole])).toEqual(["half"]);
  });

  test("a database from before positions carried their topic's id keeps its counts", async () => {
    const url = database("older");
    await migrate(
      { connectionString: url },
      migrations().filter(({ version }) => version <= 3),
    );
    await query(
      url,
      `INSERT INTO av_telemetry.positions VALUES ('c', 't', 0, 10, 7, 2, 1), ('c', 't', 1, 9, 4, 0, 0)`,
    );
    await migrate({ connectionString: url }, migrations());
    expect(
      await query(
        url,
        `SELECT partition, topic_id, next_offset::int AS next, inserted::int, duplicates::int, dead_letters::int AS dead,
                skipped::int FROM av_telemetry.positions ORDER BY partition`,
      ),
    ).toEqual([
      { partition: 0, topic_id: "", next: 10, inserted: 7, duplicates: 2, dead: 1, skipped: 0 },
      { partition: 1, topic_id: "", next: 9, inserted: 4, duplicates: 0, dead: 0, skipped: 5 },
    ]);
  });

  test("an update and a delete are published with the whole old row, as Debezium needs them", async () => {
    const url = database("published");
    await migrate({ connectionString: url }, migrations());
    const identity = "SELECT relreplident AS identity FROM pg_class WHERE relname = 'stations'";
    expect(await query(url, identity)).toEqual([{ identity: "f" }]);
    expect(await query(url, "SELECT tablename FROM pg_publication_tables ORDER BY 1")).toEqual([
      // Debezium's own sign of life, and the table.
      { tablename: "connect_heartbeat" },
      { tablename: "stations" },
    ]);
    expect(await query(url, "SHOW wal_level")).toEqual([{ wal_level: "logical" }]);
  });
});
