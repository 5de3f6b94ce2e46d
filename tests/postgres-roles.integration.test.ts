import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { postgresEnvironment, preparePostgres } from "../infra/launcher/supervisor/parts/postgres-files.ts";
import { migrate } from "../infra/operator/postgres/migrate.ts";
import { migrations } from "../infra/operator/postgres/migrations.ts";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { eventually } from "../infra/runtime/testing/eventually.ts";
import { freePort } from "../infra/runtime/testing/free-port.ts";
import { startServers, type TestServers } from "./support/servers.ts";

/* What the application's role, whose password everybody knows, may do in the built-in PostgreSQL, and what it may not. */
let servers: TestServers | undefined;
const open: Client[] = [];
afterEach(() => stopped());

async function stopped(options: { readonly keep?: boolean } = {}): Promise<void> {
  for (const client of open.splice(0)) await client.end();
  await servers?.stop(options);
  servers = undefined;
}

async function connected(
  url: string,
  change: { readonly user?: string; readonly password?: string; readonly database?: string } = {},
) {
  const address = new URL(url);
  if (change.user !== undefined) address.username = change.user;
  if (change.password !== undefined) address.password = change.password;
  if (change.database !== undefined) address.pathname = `/${change.database}`;
  const client = new Client({ connectionString: address.href });
  await client.connect();
  open.push(client);
  return client;
}

function adminOf(home: string): { readonly user: string; readonly password: string } {
  const file = join(home, "secrets", "postgres-admin.json");
  expect(statSync(file).mode & 0o077).toBe(0);
  return JSON.parse(readFileSync(file, "utf8"));
}

const REFUSED = [
  ["runs no program", "COPY (SELECT 1) TO PROGRAM 'id > /tmp/pwned'"],
  ["reads no output of one", "CREATE TEMP TABLE t (x text); COPY t FROM PROGRAM 'id'"],
  ["reads no file", "CREATE TEMP TABLE t (x text); COPY t FROM '/etc/passwd'"],
  ["reads no file by a function", "SELECT pg_read_file('/etc/passwd')"],
  ["imports no file", "SELECT lo_import('/etc/passwd')"],
  ["writes no file", "COPY (SELECT 1) TO '/tmp/pwned'"],
  ["lists no folder", "SELECT pg_ls_dir('/')"],
  ["loads no library", "LOAD '/tmp/evil.so'"],
  ["makes no function of a library", "CREATE FUNCTION f() RETURNS int AS '/tmp/evil.so' LANGUAGE c"],
  ["changes no setting of the server", "ALTER SYSTEM SET log_directory = '/tmp'"],
  ["makes itself no superuser", "ALTER ROLE cta_admin SUPERUSER"],
  ["makes no other role", "CREATE ROLE other SUPERUSER"],
  ["takes no role of the server's", "GRANT pg_execute_server_program TO cta_admin"],
  ["becomes no administrator", "SET ROLE elevated_admin"],
  ["sees no passwords", "SELECT * FROM pg_authid"],
  [
    "publishes no other table by ours",
    "CREATE TABLE secrets (); ALTER PUBLICATION dbz_publication ADD TABLE secrets",
  ],
  ["publishes not everything", "CREATE PUBLICATION everything FOR ALL TABLES"],
] as const;

/** 42501: insufficient_privilege. */
async function refusesAll(client: Client): Promise<void> {
  for (const [what, sql] of REFUSED) {
    await expect(client.query(sql), what).rejects.toMatchObject({ code: "42501" });
  }
}

const ALLOWED = [
  [
    "its own tables",
    "CREATE TABLE mine (n int); INSERT INTO mine VALUES (1); ALTER TABLE stations ADD COLUMN note text",
  ],
  ["its own databases", "CREATE DATABASE mine_too"],
  [
    "its own schemas, types and functions",
    "CREATE SCHEMA s; CREATE TYPE s.t AS ENUM ('a'); CREATE FUNCTION s.f() RETURNS int RETURN 1",
  ],
  ["a publication of its own tables", "CREATE PUBLICATION student FOR TABLE stations"],
  ["a replication slot", "SELECT pg_create_logical_replication_slot('student', 'pgoutput')"],
  ["the end of one", "SELECT pg_drop_replication_slot('student')"],
] as const;

test("it is no superuser: it has its own tables, databases and publications, and nothing of the machine", async () => {
  servers = await startServers(["postgres", "database"]);
  const client = await connected(servers.addresses.POSTGRES_URL);
  expect(new URL(servers.addresses.POSTGRES_URL)).toMatchObject({
    username: "cta_admin",
    password: "chicago",
  });
  for (const [what, sql] of ALLOWED) await expect(client.query(sql), what).resolves.toBeDefined();
  await refusesAll(client);
  const url = new URL(servers.addresses.POSTGRES_URL);
  const physical = new Client({ connectionString: url.href, replication: "true" } as never);
  await expect(physical.connect()).rejects.toThrow(/no pg_hba.conf entry for replication connection/);

  const admin = await connected(servers.addresses.POSTGRES_URL, {
    ...adminOf(servers.home),
    database: "cta",
  });
  expect((await admin.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).rows).toEqual([
    { rolsuper: true },
  ]);
  await expect(
    connected(servers.addresses.POSTGRES_URL, { user: "elevated_admin", password: "chicago" }),
  ).rejects.toThrow(/password authentication failed/);
});

describe("a home from before, in which the application's role was the server's first superuser", {
  timeout: 180_000,
}, () => {
  /** PostgreSQL as it was started then, with what people had in it. */
  async function oldHome(): Promise<string> {
    const home = mkdtempSync(join(tmpdir(), "elevated-old-home-"));
    const login = { user: "cta_admin", password: "chicago" };
    const prepared = await preparePostgres(projectRoot(), home, login, () => {});
    const port = await freePort();
    const flags = [
      "-p",
      String(port),
      "-c",
      "wal_level=logical",
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
    ];
    const [program = prepared.postgres, ...args] = [
      ...prepared.prefix,
      prepared.postgres,
      "-D",
      prepared.data,
      ...flags,
    ];
    const child = spawn(program, args, {
      cwd: prepared.cwd,
      env: postgresEnvironment(process.env),
      stdio: "ignore",
      ...(prepared.account ? { uid: prepared.account.uid, gid: prepared.account.gid } : {}),
    });
    const access = { connectionString: `postgresql://cta_admin:chicago@127.0.0.1:${port}/cta` };
    await eventually(() =>
      migrate(
        access,
        migrations().filter(({ version }) => version <= 3),
      ),
    );
    const client = new Client(access);
    await client.connect();
    await client.query(`
      INSERT INTO av_telemetry.positions VALUES ('c', 't', 0, 1, 1, 0, 0);
      CREATE TABLE mine (id serial PRIMARY KEY, mood text);
      INSERT INTO mine (mood) VALUES ('kept');
      CREATE VIEW seen AS SELECT * FROM mine;
      CREATE MATERIALIZED VIEW frozen AS SELECT * FROM mine;
      CREATE TYPE mood AS ENUM ('good');
      CREATE FUNCTION twice(n int) RETURNS int RETURN 2 * n;
      CREATE SCHEMA own; CREATE SEQUENCE own.numbers`);
    await client.query("CREATE DATABASE other");
    await client.query("SELECT pg_create_logical_replication_slot('elevated_stations', 'pgoutput')");
    await client.end();
    const gone = once(child, "exit");
    child.kill("SIGINT");
    await gone;
    return home;
  }

  test("goes on with all that was in it, and without those rights", async () => {
    const home = await oldHome();
    servers = await startServers(["postgres", "database"], {}, home);
    const client = await connected(servers.addresses.POSTGRES_URL);
    expect((await client.query("SELECT count(*)::int AS n FROM stations")).rows).toEqual([{ n: 230 }]);
    expect((await client.query("SELECT inserted::int AS n FROM av_telemetry.positions")).rows).toEqual([
      { n: 1 },
    ]);
    expect((await client.query("SELECT slot_name AS name FROM pg_replication_slots")).rows).toEqual([
      { name: "elevated_stations" },
    ]);
    // What it owned it owns, and may change.
    await client.query(`
      INSERT INTO mine (mood) VALUES ('new'); ALTER TABLE mine ADD COLUMN more int; DROP VIEW seen;
      REFRESH MATERIALIZED VIEW frozen; ALTER TYPE mood ADD VALUE 'bad'; DROP FUNCTION twice(int);
      ALTER SEQUENCE own.numbers RESTART; CREATE TABLE own.t ()`);
    await client.query("ALTER DATABASE other RENAME TO another");
    await refusesAll(client);
    const owned = await client.query(
      `SELECT relname AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND pg_get_userbyid(relowner) <> 'cta_admin'`,
    );
    expect(owned.rows).toEqual([]);
    const roles = await client.query(
      "SELECT rolname AS name, rolsuper AS all FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
    );
    expect(roles.rows).toEqual([
      { name: "cta_admin", all: false },
      { name: "elevated_admin", all: true },
    ]);
    await stopped({ keep: true });
    // Again: nothing to do, and nothing lost.
    servers = await startServers(["postgres", "database"], {}, home);
    const again = await connected(servers.addresses.POSTGRES_URL);
    expect((await again.query("SELECT count(*)::int AS n FROM mine")).rows).toEqual([{ n: 2 }]);
  });

  test("an upgrade that is cut off halfway is ended by the next start", async () => {
    const home = await oldHome();
    servers = await startServers(["postgres", "database"], {}, home);
    const admin = await connected(servers.addresses.POSTGRES_URL, { ...adminOf(home), database: "postgres" });
    // As after the new role was made, before what it owns was given to it.
    await admin.query("ALTER DATABASE other OWNER TO elevated_admin");
    await admin.query("CREATE ROLE elevated_upgrade SUPERUSER");
    await stopped({ keep: true });
    servers = await startServers(["postgres", "database"], {}, home);
    const client = await connected(servers.addresses.POSTGRES_URL);
    await client.query("ALTER DATABASE other RENAME TO another");
    expect((await client.query("SELECT FROM pg_roles WHERE rolname = 'elevated_upgrade'")).rows).toEqual([]);
  });
});

test("another password in POSTGRES_URL is in force from the next start on", async () => {
  servers = await startServers(["postgres"]);
  const { home } = servers;
  const admin = await connected(servers.addresses.POSTGRES_URL, { ...adminOf(home), database: "postgres" });
  await admin.query("ALTER ROLE cta_admin PASSWORD 'changed'");
  await stopped({ keep: true });
  servers = await startServers(["postgres"], {}, home);
  await connected(servers.addresses.POSTGRES_URL, { database: "postgres" });
});
