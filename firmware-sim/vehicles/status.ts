import { Client } from "pg";
import { BOUNDS, CLIENT_MS, setBounds } from "../../infra/runtime/postgres/bounds.ts";
import type { PostgresAccess } from "../../infra/runtime/security/postgres.ts";
import type { FleetEventsAnswer } from "../../schemas/fleet.ts";
import type { FleetState } from "./fleet.ts";

const WITHIN_MS = 3_000;

/** Sums of `av_telemetry`, over every vehicle that ever sent. */
export interface DatabaseTotals {
  readonly rows: number;
  readonly inserted: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** Offsets that held no record any more when the writer came to them. */
  readonly skipped: number;
  /** Offsets that are dealt with, in every topic that ever had this name. */
  readonly read: number;
  /** Of these, in the topic that has the name now. */
  readonly readNow: number;
  /** Rows of the running fleet. */
  readonly ownRows: number;
}

/** What each hop says, asked downstream first, so that no difference goes below zero. null: it does not answer. */
export interface FleetStatus {
  readonly database: DatabaseTotals | null;
  readonly inKafka: number | null;
  readonly fleet: FleetState | null;
}

/** @param fleet - asked last. */
export async function readFleetStatus(
  { url, postgres }: { readonly url: string; readonly postgres: PostgresAccess },
  fleet: () => Promise<FleetState | undefined>,
): Promise<FleetStatus> {
  const running = await fleet();
  const database = await readDatabase(postgres, running).catch(() => null);
  const inKafka = await readKafka(url).catch(() => null);
  return { database, inKafka, fleet: (await fleet()) ?? null };
}

async function readKafka(url: string): Promise<number | null> {
  const response = await fetch(`${url}/events`, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  return ((await response.json()) as FleetEventsAnswer).events;
}

async function readDatabase(access: PostgresAccess, fleet: FleetState | undefined): Promise<DatabaseTotals> {
  const client = new Client({
    ...access,
    connectionTimeoutMillis: WITHIN_MS,
    query_timeout: CLIENT_MS,
  });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(setBounds(BOUNDS, "SESSION"));
    // One statement: one moment.
    const { rows } = await client.query<Record<keyof DatabaseTotals, string>>(
      `SELECT (SELECT count(*) FROM av_telemetry.diag) AS rows,
              (SELECT count(*) FROM av_telemetry.diag WHERE boot = $1 AND vehicle_id = ANY ($2)) AS "ownRows",
              coalesce(sum(inserted), 0) AS inserted,
              coalesce(sum(duplicates), 0) AS duplicates,
              coalesce(sum(dead_letters), 0) AS "deadLetters",
              coalesce(sum(skipped), 0) AS skipped,
              coalesce(sum(next_offset), 0) AS read,
              coalesce(sum(next_offset) FILTER (WHERE newest = 1), 0) AS "readNow"
       FROM (SELECT *, row_number() OVER (PARTITION BY topic, partition ORDER BY updated_at DESC) AS newest
             FROM av_telemetry.positions) AS positions`,
      [fleet?.boot ?? 0, fleet?.vehicles ?? []],
    );
    const [row] = rows;
    return {
      rows: Number(row?.rows),
      inserted: Number(row?.inserted),
      duplicates: Number(row?.duplicates),
      deadLetters: Number(row?.deadLetters),
      skipped: Number(row?.skipped),
      read: Number(row?.read),
      readNow: Number(row?.readNow),
      ownRows: Number(row?.ownRows),
    };
  } finally {
    await client.end();
  }
}

/**
 * The proof for this half: every offset that was passed is a row, a duplicate or a dead letter, and the table holds what
 * was inserted. What was not read yet is on its way.
 */
export function verdictOf({ database, inKafka }: FleetStatus): string {
  if (!database || inKafka === null) return "unknown: a server does not answer";
  const { rows, inserted, duplicates, deadLetters, skipped, read, readNow } = database;
  const accounted = inserted + duplicates + deadLetters + skipped;
  if (accounted !== read) return `BROKEN: ${read} records were read and ${accounted} are accounted for`;
  if (rows !== inserted) return `BROKEN: ${inserted} rows were inserted and the table has ${rows}`;
  if (skipped > 0) {
    return `INCOMPLETE: ${skipped} offsets held no record when they were reached: deleted before, or a transaction's markers`;
  }
  const waiting = inKafka - readNow;
  if (waiting < 0) return "catching up: the topic was made again, and the writer has not come to it yet";
  return waiting > 0 ? `catching up: ${waiting} wait in Kafka` : "holds";
}

/** One line per figure. */
export function statusText(status: FleetStatus): string {
  const { fleet, inKafka, database } = status;
  const lines: [string, string][] = [
    ["vehicles", fleet ? `${fleet.vehicles.length}` : "none run here"],
    ...(fleet
      ? ([
          ["observed", `${fleet.observed}, of these ${fleet.observed - fleet.numbered} met a full ring`],
          ["posted", `${fleet.posted}, resent ones included`],
          ["acknowledged", `${fleet.acknowledged}, ${fleet.waiting} wait, ${fleet.refused} refused`],
          ["of these in PostgreSQL", `${database?.ownRows ?? "?"}`],
        ] satisfies [string, string][])
      : []),
    ["in Kafka", `${inKafka ?? "?"}`],
    ["in PostgreSQL", `${database?.rows ?? "?"}`],
    ["duplicates", `${database?.duplicates ?? "?"}`],
    ["dead letters", `${database?.deadLetters ?? "?"}`],
    ["proof", verdictOf(status)],
  ];
  return lines.map(([name, value]) => `${name.padEnd(24)}${value}`).join("\n");
}
