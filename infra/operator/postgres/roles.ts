import type { ClientBase } from "pg";

/**
 * What the application's role may do: log in, make databases of its own, and replicate what its own tables hold. No
 * superuser: it runs no programs and reads no files of the machine (PostgreSQL manual, 21.2 and 21.5).
 */
const ATTRIBUTES =
  "LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS CREATEDB REPLICATION CONNECTION LIMIT -1 VALID UNTIL 'infinity'";

/** Predefined roles that reach beyond the database. */
const BEYOND = ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"] as const;

export interface RoleLogin {
  readonly user: string;
  readonly password: string;
}

/** Does this session's role have exactly the rights of an application? */
export async function isApplication(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ plain: boolean }>(
    `SELECT NOT (rolsuper OR rolcreaterole OR rolbypassrls) AND rolcreatedb AND rolreplication
            AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS beyond WHERE pg_has_role(current_user, beyond, 'USAGE'))
            AS plain
     FROM pg_roles WHERE rolname = current_user`,
    [BEYOND],
  );
  return rows[0]?.plain === true;
}

/** Make the application's role, or bring it to its rights. The session is an administrator's, in `postgres`. */
export async function ensureApplication(client: ClientBase, { user, password }: RoleLogin): Promise<void> {
  const role = client.escapeIdentifier(user);
  await client.query(`DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
  await client.query(`ALTER ROLE ${role} ${ATTRIBUTES} PASSWORD ${client.escapeLiteral(password)}`);
  // In the server's own database, as in every one that it owns.
  await client.query(`GRANT CREATE ON SCHEMA public TO ${role}`);
  for (const beyond of BEYOND) await client.query(`REVOKE ${beyond} FROM ${role}`);
}

/** Databases that may hold something of a user's: all but the templates. The server's own comes first. */
export async function databases(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datallowconn
     ORDER BY datname <> 'postgres', datname`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Statements that give what one role owns in the current database to another: schemas, tables and their like, functions,
 * types, and the database itself. Not what extensions brought, and not publications.
 */
const OWNED = `
  WITH mine AS (SELECT oid FROM pg_roles WHERE rolname = $1),
  spaces AS (
    SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  ),
  outside AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
  SELECT format('ALTER DATABASE %I OWNER TO %I', datname, $2::text) AS statement
    FROM pg_database
    WHERE datname = current_database() AND datname <> 'postgres' AND datdba IN (SELECT oid FROM mine)
  UNION ALL
  SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, $2::text)
    FROM spaces WHERE nspowner IN (SELECT oid FROM mine) AND nspname <> 'public'
  UNION ALL
  SELECT format('ALTER %s %I.%I OWNER TO %I',
                CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                             WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
                nspname, relname, $2::text)
    FROM pg_class JOIN spaces ON spaces.oid = relnamespace
    WHERE relowner IN (SELECT oid FROM mine) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND ('pg_class'::regclass, pg_class.oid) NOT IN (SELECT classid, objid FROM outside)
      -- A sequence of a column goes with its table.
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                      AND relkind = 'S' AND deptype IN ('a', 'i'))
  UNION ALL
  SELECT format('ALTER ROUTINE %s OWNER TO %I', pg_proc.oid::regprocedure, $2::text)
    FROM pg_proc JOIN spaces ON spaces.oid = pronamespace
    WHERE proowner IN (SELECT oid FROM mine)
      AND ('pg_proc'::regclass, pg_proc.oid) NOT IN (SELECT classid, objid FROM outside)
  UNION ALL
  SELECT format('ALTER TYPE %I.%I OWNER TO %I', nspname, typname, $2::text)
    FROM pg_type JOIN spaces ON spaces.oid = typnamespace
    WHERE typowner IN (SELECT oid FROM mine) AND typtype IN ('e', 'd', 'r') AND typelem = 0
      AND ('pg_type'::regclass, pg_type.oid) NOT IN (SELECT classid, objid FROM outside)
  UNION ALL
  SELECT format('ALTER LARGE OBJECT %s OWNER TO %I', oid, $2::text)
    FROM pg_largeobject_metadata WHERE lomowner IN (SELECT oid FROM mine)`;

/** Give all that `from` owns in the current database to `to`. The session is an administrator's. */
export async function handOver(client: ClientBase, from: string, to: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(OWNED, [from, to]);
  await client.query("BEGIN");
  try {
    for (const { statement } of rows) await client.query(statement);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** The publications of the current database belong to this role from now on. The session is an administrator's. */
export async function ownPublications(client: ClientBase, owner: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('ALTER PUBLICATION %I OWNER TO %I', pubname, $1::text) AS statement
     FROM pg_publication JOIN pg_roles ON pg_roles.oid = pubowner
     WHERE pubname = 'dbz_publication' AND rolname <> $1`,
    [owner],
  );
  for (const { statement } of rows) await client.query(statement);
}
