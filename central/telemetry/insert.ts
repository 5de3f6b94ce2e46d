import type { ClientBase } from "pg";
import type { FleetRecord } from "../../schemas/fleet.ts";

/** One statement whatever the number of rows: each column is one array. */
const INSERT = `
  INSERT INTO av_telemetry.diag
    (vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata, received_at)
  SELECT vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata::jsonb, received_at
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::float8[], $6::float8[],
              $7::float8[], $8::float8[], $9::float8[], $10::text[], $11::timestamptz[])
    AS row (vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata, received_at)
  ON CONFLICT DO NOTHING`;

/**
 * All of these rows, or none. Within a transaction, which goes on also when they are refused.
 *
 * @returns how many were not there yet.
 */
export async function insertRows(client: ClientBase, rows: readonly FleetRecord[]): Promise<number> {
  await client.query("SAVEPOINT rows");
  try {
    const { rowCount } = await client.query({
      name: "telemetry",
      text: INSERT,
      values: [
        rows.map((row) => row.vehicle_id),
        rows.map((row) => row.boot),
        rows.map((row) => row.sequence),
        rows.map((row) => row.time),
        rows.map((row) => row.lat),
        rows.map((row) => row.lon),
        rows.map((row) => row.speed),
        rows.map((row) => row.heading),
        rows.map((row) => row.battery),
        rows.map((row) => JSON.stringify(row.metadata)),
        rows.map((row) => row.received),
      ],
    });
    await client.query("RELEASE SAVEPOINT rows");
    return rowCount ?? 0;
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
