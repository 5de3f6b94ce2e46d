import type { ClientBase } from "pg";
import { megabytesText } from "../text/units.ts";

/** A replication slot: what PostgreSQL keeps of its log for a reader such as Debezium. */
export interface SlotState {
  readonly name: string;
  /** A reader is connected. */
  readonly active: boolean;
  /** PostgreSQL removed log that the reader still needed: nothing can ever be read from this slot again. */
  readonly lost: boolean;
  /** Why it is lost, in PostgreSQL's word; null: it is not, or the server is older than version 17. */
  readonly cause: string | null;
  /** Log that is kept for it; null: none, it is lost. */
  readonly retainedBytes: number | null;
  /** Log that its reader has not confirmed; null: it never read. */
  readonly lagBytes: number | null;
  /** How much more log can be written before it is lost; null: no bound (`max_slot_wal_keep_size`). */
  readonly headroomBytes: number | null;
}

/** The slots of the current database. Any role may read them. */
export async function readSlots(client: ClientBase): Promise<readonly SlotState[]> {
  // Through JSON, because PostgreSQL before 17 has no column invalidation_reason.
  const { rows } = await client.query<Record<keyof SlotState, string | boolean | null>>(
    `SELECT slot_name AS name, active, coalesce(wal_status = 'lost', false) AS lost,
            to_jsonb(s) ->> 'invalidation_reason' AS cause,
            pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS "retainedBytes",
            pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS "lagBytes",
            safe_wal_size AS "headroomBytes"
     FROM pg_replication_slots AS s
     WHERE database = current_database() ORDER BY slot_name`,
  );
  const bytes = (value: unknown): number | null => (value === null ? null : Math.max(0, Number(value)));
  return rows.map((row) => ({
    name: String(row.name),
    active: row.active === true,
    lost: row.lost === true,
    cause: row.cause === null ? null : String(row.cause),
    retainedBytes: bytes(row.retainedBytes),
    lagBytes: bytes(row.lagBytes),
    headroomBytes: bytes(row.headroomBytes),
  }));
}

/** Log that a slot may keep where nothing bounds it. */
const MUCH_BYTES = 1024 ** 3;

/** What is wrong with a slot and what to do, for a person; undefined: nothing. */
export function slotProblem({
  name,
  lost,
  cause,
  retainedBytes,
  headroomBytes,
}: SlotState): string | undefined {
  if (lost) {
    const why = cause === null ? "" : ` (${cause})`;
    return `the replication slot ${name} is lost${why}: PostgreSQL removed log that Connect had not read, so no change arrives any more. npm run connect -- apply makes a new one and reads the table again`;
  }
  const kept = retainedBytes ?? 0;
  if (headroomBytes === null ? kept < MUCH_BYTES : kept < headroomBytes) return undefined;
  const bound = headroomBytes === null ? "" : ` and is lost after ${megabytesText(headroomBytes)} more`;
  return `the replication slot ${name} keeps ${megabytesText(kept)} of PostgreSQL's log${bound}: is its connector running? npm run connect -- status`;
}
