import { withConnection } from "../../../infra/runtime/postgres/connection.ts";
import { readSlots, type SlotState } from "../../../infra/runtime/postgres/slots.ts";
import type { PostgresAccess } from "../../../infra/runtime/security/postgres.ts";
import { parseRow, type StopRow } from "../row.ts";

/** A row of `stations`: what the transform needs of it, and all of it as JSON. */
export interface SourceRow {
  readonly stop: StopRow;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface SourceView {
  readonly rows: ReadonlyMap<number, SourceRow>;
  readonly slots: readonly SlotState[];
}

/** The table that Connect reads, as it is now. */
export interface StationsSource {
  /** @throws {CodedError} DEPENDENCY_UNAVAILABLE (retryable); ROW_INVALID when it is no table of stations (any more). */
  read(): Promise<SourceView>;
}

/** PostgreSQL's table of stations. A connection for each look: there are few of them. */
export function postgresSource(access: PostgresAccess): StationsSource {
  return {
    read: () =>
      withConnection(
        access,
        async (client) => {
          const { rows } = await client.query<{ row: Record<string, unknown> }>(
            "SELECT to_jsonb(stations) AS row FROM stations",
          );
          return { rows: rowsOf(rows.map(({ row }) => row)), slots: await readSlots(client) };
        },
        { name: "stations" },
      ),
  };
}

/** @throws {CodedError} ROW_INVALID: a table of which one row cannot be read says nothing of what it no longer has. */
function rowsOf(rows: readonly Readonly<Record<string, unknown>>[]): ReadonlyMap<number, SourceRow> {
  return new Map(
    rows.map((json) => {
      const event = parseRow(null, Buffer.from(JSON.stringify(json)));
      if (event.kind !== "row") throw new Error("a row of a table is never gone");
      return [event.stopId, { stop: event.stop, json }];
    }),
  );
}
