import type { ClientBase } from "pg";
import { columnsOf } from "./columns.ts";
import { findConflicts } from "./conflicts.ts";
import type { Readable } from "./row.ts";
import { ROWS } from "./rows.sql.ts";
import { type Inserted, insertSplitting } from "./splitting.ts";

/** One statement whatever the number of rows: each column is one array. */
const INSERT = `
  INSERT INTO av_telemetry.diag
    (vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata, received_at)
  SELECT vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata::jsonb, received_at
  FROM ${ROWS}
  ON CONFLICT DO NOTHING`;

/** All of these rows; when one is at fault, the transaction is over. */
export function insertAll(client: ClientBase, rows: readonly Readable[]): Promise<Inserted<Readable>> {
  return insertRows(client, rows);
}

/** All of these rows but those that are refused; the transaction goes on. */
export function insertSound(client: ClientBase, rows: readonly Readable[]): Promise<Inserted<Readable>> {
  return insertSplitting(rows, (some) => withSavepoint(client, () => insertRows(client, some)), isRowFault);
}

/** Rows that are there already count as duplicates; those that are there with another content are refused. */
async function insertRows(client: ClientBase, rows: readonly Readable[]): Promise<Inserted<Readable>> {
  if (rows.length === 0) return { inserted: 0, refused: [] };
  const values = [...columnsOf(rows.map(({ row }) => row))];
  const { rowCount } = await client.query({ name: "telemetry", text: INSERT, values });
  const inserted = rowCount ?? 0;
  const refused = inserted === rows.length ? [] : await findConflicts(client, rows, values);
  return { inserted, refused };
}

async function withSavepoint<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("SAVEPOINT rows");
  try {
    const result = await work();
    await client.query("RELEASE SAVEPOINT rows");
    return result;
  } catch (error) {
    if (isRowFault(error)) await client.query("ROLLBACK TO SAVEPOINT rows");
    throw error;
  }
}

/**
 * Is what is in a row to blame? Classes 22 (data exception), 23 (integrity constraint) and 54 (program limit) of
 * PostgreSQL's error codes (appendix A); all others are the server's or the connection's.
 */
export function isRowFault(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^(22|23|54)[0-9A-Z]{3}$/.test(code);
}
