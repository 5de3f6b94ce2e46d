import type { ClientBase } from "pg";
import { columnsOf } from "./columns.ts";
import type { Readable } from "./row.ts";
import { type Inserted, insertSplitting } from "./splitting.ts";

/** One statement whatever the number of rows: each column is one array. */
const INSERT = `
  INSERT INTO av_telemetry.diag
    (vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata, received_at)
  SELECT vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata::jsonb, received_at
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::float8[], $6::float8[],
              $7::float8[], $8::float8[], $9::float8[], $10::text[], $11::timestamptz[])
    AS row (vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata, received_at)
  ON CONFLICT DO NOTHING`;

/** All of these rows; when one is refused, the transaction is over. */
export async function insertAll(client: ClientBase, rows: readonly Readable[]): Promise<Inserted<Readable>> {
  return { inserted: await insertRows(client, rows), refused: [] };
}

/** All of these rows but those that are refused; the transaction goes on. */
export function insertSound(client: ClientBase, rows: readonly Readable[]): Promise<Inserted<Readable>> {
  return insertSplitting(rows, (some) => withSavepoint(client, () => insertRows(client, some)), isRowFault);
}

/** @returns how many were not there yet. */
async function insertRows(client: ClientBase, rows: readonly Readable[]): Promise<number> {
  if (rows.length === 0) return 0;
  const values = columnsOf(rows.map(({ row }) => row));
  const { rowCount } = await client.query({ name: "telemetry", text: INSERT, values: [...values] });
  return rowCount ?? 0;
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
