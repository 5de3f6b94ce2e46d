import { randomBytes } from "node:crypto";
import { Client, type ClientBase } from "pg";
import { CodedError } from "../../../schemas/errors.ts";
import { BOUNDS, CLIENT_MS, setBounds } from "../../runtime/postgres/bounds.ts";
import { unavailable } from "../../runtime/postgres/connection.ts";
import type { PostgresAccess } from "../../runtime/security/postgres.ts";
import { ADMINISTRATOR } from "../../runtime/security/postgres-admin.ts";
import {
  databases,
  ensureApplication,
  handOver,
  isApplication,
  ownPublications,
  type RoleLogin,
} from "./roles.ts";

/** Only while a server from before is brought up to date. */
const TEMPORARY = "elevated_upgrade";

const CONNECT_MS = 5_000;

/**
 * See to it that the application's role logs in and has an application's rights, no more and no less.
 *
 * A server from before had the application's role as its first superuser, which PostgreSQL does not let go of its rights.
 * It becomes the administrator under another name and password, and a new role takes its old name and what it owned.
 *
 * @param application - its address with user and password; the database need not exist.
 * @param administrator - the password of `ADMINISTRATOR`.
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when the server does not answer; CONFIG_INVALID when it knows neither.
 */
export async function administer(application: PostgresAccess, administrator: string): Promise<void> {
  const url = new URL(application.connectionString);
  const login = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  const admin = as(application, { user: ADMINISTRATOR, password: administrator });
  const plain = await tryWith(application, "postgres", async (client) => {
    if (!(await isApplication(client))) return false;
    // An upgrade that was cut off has not handed over all yet.
    const { rows } = await client.query(
      `SELECT 1 FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba
       WHERE NOT datistemplate AND datname <> 'postgres' AND rolname = $1`,
      [ADMINISTRATOR],
    );
    return rows.length === 0;
  });
  if (plain === true) return;
  if ((await tryWith(admin, "postgres", async () => true)) !== true) {
    if (plain !== false) throw locked(login);
    await tryWith(application, "postgres", (client) => crown(client, application, login.user, administrator));
  }
  await tryWith(admin, "postgres", async (client) => {
    await client.query(`DROP ROLE IF EXISTS ${TEMPORARY}`);
    await ensureApplication(client, login);
    for (const database of await databases(client)) {
      await tryWith(admin, database, (each) => handOver(each, ADMINISTRATOR, login.user));
    }
  });
}

/** The publication of the stations belongs to the administrator: the application cannot add a table to it. */
export async function takePublications(application: PostgresAccess, administrator: string): Promise<void> {
  await publicationsOf(application, administrator, ADMINISTRATOR);
}

/** Before migrations, which may change it. */
export async function lendPublications(application: PostgresAccess, administrator: string): Promise<void> {
  await publicationsOf(
    application,
    administrator,
    decodeURIComponent(new URL(application.connectionString).username),
  );
}

async function publicationsOf(
  application: PostgresAccess,
  administrator: string,
  owner: string,
): Promise<void> {
  const admin = as(application, { user: ADMINISTRATOR, password: administrator });
  const database = decodeURIComponent(new URL(application.connectionString).pathname.slice(1));
  await tryWith(admin, database, (client) => ownPublications(client, owner));
}

/** Make an administrator of the superuser that this session is. */
async function crown(
  client: ClientBase,
  access: PostgresAccess,
  user: string,
  password: string,
): Promise<void> {
  const { rows } = await client.query<{ first: boolean }>(
    // The first superuser of a server has this id (pg_authid.dat).
    "SELECT oid = 10 AS first FROM pg_roles WHERE rolname = current_user AND rolsuper",
  );
  const secret = client.escapeLiteral(password);
  if (!rows[0]?.first) {
    await client.query(`CREATE ROLE ${ADMINISTRATOR} SUPERUSER LOGIN PASSWORD ${secret}`);
    return;
  }
  // No role can rename itself.
  const temporary = { user: TEMPORARY, password: randomBytes(24).toString("base64url") };
  await client.query(`DROP ROLE IF EXISTS ${TEMPORARY}`);
  await client.query(
    `CREATE ROLE ${TEMPORARY} SUPERUSER LOGIN PASSWORD ${client.escapeLiteral(temporary.password)}`,
  );
  await tryWith(as(access, temporary), "postgres", async (other) => {
    await other.query(
      `BEGIN; ALTER ROLE ${other.escapeIdentifier(user)} RENAME TO ${ADMINISTRATOR};
       ALTER ROLE ${ADMINISTRATOR} PASSWORD ${secret}; COMMIT`,
    );
  });
}

function as(access: PostgresAccess, { user, password }: RoleLogin): PostgresAccess {
  const url = new URL(access.connectionString);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return { ...access, connectionString: url.href };
}

/** @returns undefined when the server refuses the login or has no such database. @throws {CodedError} DEPENDENCY_UNAVAILABLE */
async function tryWith<T>(
  access: PostgresAccess,
  database: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T | undefined> {
  const url = new URL(access.connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  const client = new Client({
    ...access,
    connectionString: url.href,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CLIENT_MS,
  });
  // A connection that breaks says so at its next question.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (cause) {
    await client.end().catch(() => {});
    // 28P01, 28000: invalid password or role. 3D000: there is no such database.
    if (["28P01", "28000", "3D000"].includes(String((cause as { code?: unknown }).code))) return undefined;
    throw unavailable(cause);
  }
  try {
    await client.query(setBounds(BOUNDS, "SESSION"));
    return await work(client);
  } catch (cause) {
    throw unavailable(cause);
  } finally {
    await client.end().catch(() => {});
  }
}

function locked({ user }: RoleLogin): CodedError {
  return new CodedError("CONFIG_INVALID", {
    message: `PostgreSQL's data know neither ${ADMINISTRATOR} by this home's secrets/postgres-admin.json nor ${user} by POSTGRES_URL: put the file back, or take both from the same backup`,
    retryable: false,
  });
}
