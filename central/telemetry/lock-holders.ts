import type { ClientBase } from "pg";

/** Sessions that hold a lock on a table of `av_telemetry`, for a person to end; "" when none is left. */
export async function lockHolders(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string | null; user: string; table: string }>(
    `SELECT DISTINCT l.pid, a.application_name AS name, a.usename AS "user", l.relation::regclass::text AS "table"
     FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_class c ON c.oid = l.relation
     WHERE l.granted AND c.relnamespace = 'av_telemetry'::regnamespace AND c.relkind = 'r'
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
     ORDER BY l.pid`,
  );
  return rows.map(({ pid, name, user, table }) => `${table} by process ${pid} (${name || user})`).join(", ");
}
