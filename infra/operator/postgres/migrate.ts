import { Client, type ClientBase } from "pg";
import { CodedError } from "../../../schemas/errors.ts";
import { type PostgresBounds, setBounds } from "../../runtime/postgres/bounds.ts";
import { type PostgresAccess, postgresProblem } from "../../runtime/security/postgres.ts";
import type { Migration } from "./migrations.ts";

/** A step may have to wait for another process's migration, or for a query of a user: not for ever, and by name. */
const PATIENCE: PostgresBounds = { lockMs: 45_000, statementMs: 600_000, idleMs: 60_000 };

/** Any number that no other program takes for its own advisory lock. */
const LOCK = 4_038_001;

/**
 * Bring a database to the newest version. Safe to run at any time and by several at once: one works, the others wait
 * and find nothing to do.
 *
 * @param access - of the database; it is created when its server has none of this name.
 * @returns the names of the steps applied now.
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE (retryable) when the server does not answer or refuses a step; the step
 * has changed nothing then.
 */
export async function migrate(
  access: PostgresAccess,
  steps: readonly Migration[],
): Promise<readonly string[]> {
  try {
    await createDatabase(access);
    return await withClient(access, (client) => applyMissing(client, steps));
  } catch (cause) {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `PostgreSQL at ${new URL(access.connectionString).host}: ${postgresProblem(cause)}`,
      retryable: true,
      cause,
    });
  }
}

async function createDatabase(access: PostgresAccess): Promise<void> {
  const name = new URL(access.connectionString).pathname.slice(1);
  try {
    await withClient(access, async () => {});
  } catch (error) {
    // 3D000: the database does not exist.
    if ((error as { code?: unknown }).code !== "3D000") throw error;
    const server = new URL(access.connectionString);
    server.pathname = "/postgres";
    await withClient({ ...access, connectionString: server.href }, async (client) => {
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((duplicate: unknown) => {
        // 42P04, 23505: another process was quicker.
        if (!["42P04", "23505"].includes(String((duplicate as { code?: unknown }).code))) throw duplicate;
      });
    });
  }
}

async function applyMissing(client: ClientBase, steps: readonly Migration[]): Promise<readonly string[]> {
  // Of the session: ends with it, also when this process is killed.
  await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
  await client.query(`
    CREATE TABLE IF NOT EXISTS elevated_migrations (
      version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const { rows } = await client.query<{ version: number }>("SELECT version FROM elevated_migrations");
  const applied = new Set(rows.map((row) => row.version));
  const missing = steps.filter((step) => !applied.has(step.version));
  for (const step of missing) {
    await client.query("BEGIN");
    try {
      await step.apply(client);
      await client.query("INSERT INTO elevated_migrations (version, name) VALUES ($1, $2)", [
        step.version,
        step.name,
      ]);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
  }
  return missing.map((step) => step.name);
}

async function withClient<T>(access: PostgresAccess, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...access, connectionTimeoutMillis: 5_000 });
  // A connection that breaks between two queries is told by the next query.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(setBounds(PATIENCE, "SESSION"));
    return await work(client);
  } finally {
    await client.end();
  }
}
