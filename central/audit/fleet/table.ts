import type { ClientBase } from "pg";
import { BOUNDS, setBounds } from "../../../infra/runtime/postgres/bounds.ts";
import { withConnection } from "../../../infra/runtime/postgres/connection.ts";
import type { PostgresAccess } from "../../../infra/runtime/security/postgres.ts";
import { canonical, type EventContent } from "./event.ts";

/** A vehicle's rows of one boot. */
export interface GroupKey {
  readonly vehicle: string;
  readonly boot: number;
}

/** How many rows, and the sum of their hashes modulo 2^64: two tables with the same rows have the same. */
export interface GroupSum extends GroupKey {
  readonly rows: number;
  readonly hash: bigint;
}

export interface TableRow extends GroupKey {
  readonly sequence: number;
  readonly content: EventContent;
  readonly hash: bigint;
}

/** Where the writer is in a partition. */
export interface WriterPosition {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly next: number;
}

/** The table at one moment. */
export interface TableView {
  /** Of every topic that was ever written from. */
  positions(): Promise<readonly WriterPosition[]>;
  /** The rows that have one of these identities. */
  rows(of: readonly (GroupKey & { readonly sequence: number })[]): Promise<readonly TableRow[]>;
  /** The groups behind this one, in order, at most so many. */
  groups(after: GroupKey | null, limit: number): Promise<readonly GroupSum[]>;
  /** All rows of a group, in order of their numbers. */
  group(of: GroupKey): Promise<readonly TableRow[]>;
}

/** PostgreSQL's `av_telemetry`. */
export interface FleetTable {
  /**
   * All that `work` asks is of one moment, the same for positions and rows.
   *
   * @throws {CodedError} DEPENDENCY_UNAVAILABLE
   */
  at<T>(work: (view: TableView) => Promise<T>): Promise<T>;
}

/** A moment is kept for a few looks at Kafka: longer than a statement. */
const PATIENCE = { ...BOUNDS, idleMs: 60_000 };

export function postgresTable(access: PostgresAccess): FleetTable {
  const begin = `${setBounds(PATIENCE, "SESSION")}; ${FORMS}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`;
  return { at: (work) => withConnection(access, (client) => work(viewOf(client)), { name: "audit", begin }) };
}

/** Of what an event says, whatever columns others add: the same in every version of PostgreSQL. */
const HASH = `('x' || left(md5(ROW(d.vehicle_id, d.boot, d.sequence, d.time, d.lat, d.lon, d.speed, d.heading, d.battery,
  d.metadata)::text), 16))::bit(64)::bigint`;
/** The forms in which a row becomes text. */
const FORMS = "SET TIME ZONE 'UTC'; SET DateStyle = ISO; SET extra_float_digits = 1";
const ROW = `d.vehicle_id, d.boot::text, d.sequence::text, (extract(epoch FROM d.time) * 1000000)::bigint::text AS micros,
  d.lat, d.lon, d.speed, d.heading, d.battery, d.metadata, (${HASH})::text AS hash`;

function viewOf(client: ClientBase): TableView {
  return {
    async positions() {
      const { rows } = await client.query<{ topic: string; partition: number; id: string; next: string }>(
        `SELECT topic, partition, topic_id AS id, next_offset::text AS next FROM av_telemetry.positions`,
      );
      return rows.map(({ topic, partition, id, next }) => ({
        topic,
        partition,
        topicId: id,
        next: Number(next),
      }));
    },
    async rows(of) {
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT ${ROW} FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS w (vehicle_id, boot, sequence)
         JOIN av_telemetry.diag AS d USING (vehicle_id, boot, sequence)`,
        [of.map(({ vehicle }) => vehicle), of.map(({ boot }) => boot), of.map(({ sequence }) => sequence)],
      );
      return rows.map(rowOf);
    },
    async groups(after, limit) {
      const { rows } = await client.query<{ vehicle: string; boot: string; rows: string; hash: string }>(
        `SELECT vehicle_id AS vehicle, boot::text, count(*)::text AS rows,
                sum((${HASH})::numeric)::text AS hash
         FROM av_telemetry.diag AS d WHERE (vehicle_id COLLATE "C", boot) > ($1, $2)
         GROUP BY vehicle_id, boot ORDER BY vehicle_id COLLATE "C", boot LIMIT $3`,
        // No vehicle has an empty name.
        [after?.vehicle ?? "", after?.boot ?? -1, limit],
      );
      return rows.map(({ vehicle, boot, rows: count, hash }) => ({
        vehicle,
        boot: Number(boot),
        rows: Number(count),
        hash: BigInt.asUintN(64, BigInt(hash)),
      }));
    },
    async group({ vehicle, boot }) {
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT ${ROW} FROM av_telemetry.diag AS d WHERE vehicle_id = $1 AND boot = $2 ORDER BY d.sequence`,
        [vehicle, boot],
      );
      return rows.map(rowOf);
    },
  };
}

function rowOf(row: Record<string, unknown>): TableRow {
  const number = (name: string): number => Number(row[name]);
  return {
    vehicle: String(row["vehicle_id"]),
    boot: number("boot"),
    sequence: number("sequence"),
    content: {
      micros: number("micros"),
      lat: number("lat"),
      lon: number("lon"),
      speed: number("speed"),
      heading: number("heading"),
      battery: number("battery"),
      metadata: canonical(row["metadata"]),
    },
    hash: BigInt.asUintN(64, BigInt(String(row["hash"]))),
  };
}
