import type { ClientBase } from "pg";
import { CodedError } from "../../schemas/errors.ts";
import type { Readable } from "./row.ts";
import { ROWS } from "./rows.sql.ts";
import type { Inserted } from "./splitting.ts";

/** What an event says besides its identity. When it was received differs between two deliveries of the same event. */
const CONTENT = ["time", "lat", "lon", "speed", "heading", "battery", "metadata"] as const;

const differs = (column: (typeof CONTENT)[number]): string =>
  `row.${column}${column === "metadata" ? "::jsonb" : ""} <> stored.${column}`;

/** Rows whose identity the table has with another content, and the names of the columns that differ. */
const CONFLICTS = `
  SELECT row.at::int, concat_ws(', ', ${CONTENT.map((column) => `CASE WHEN ${differs(column)} THEN '${column}' END`).join(", ")}) AS columns
  FROM ${ROWS}
  JOIN av_telemetry.diag AS stored USING (vehicle_id, boot, sequence)
  WHERE ${CONTENT.map(differs).join(" OR ")}
  ORDER BY row.at`;

/**
 * Which of these rows are not the event that the table has under their identity? An identity is a promise that the
 * content is the same; a vehicle that starts again with the same numbers, or a second one of its name, breaks it.
 *
 * @param rows - all are in the table by their identity.
 * @param values - the rows as one array per column.
 */
export async function findConflicts(
  client: ClientBase,
  rows: readonly Readable[],
  values: readonly string[],
): Promise<Inserted<Readable>["refused"]> {
  const found = await client.query<{ at: number; columns: string }>({
    name: "telemetry-conflicts",
    text: CONFLICTS,
    values: [...values],
  });
  return found.rows.flatMap(({ at, columns }) => {
    const row = rows[at - 1];
    return row ? [{ row, error: conflict(row, columns) }] : [];
  });
}

function conflict({ row }: Readable, columns: string): CodedError {
  const { vehicle_id: vehicle, boot, sequence } = row;
  return new CodedError("TELEMETRY_CONFLICT", {
    message: `the table has another event as ${vehicle}, boot ${boot}, sequence ${sequence} (other: ${columns}): a vehicle that counts from 1 again needs a new boot`,
    retryable: false,
    context: { vehicle, boot, sequence },
  });
}
