import { type ClientBase, Pool } from "pg";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { BOUNDS, CLIENT_MS, type PostgresBounds, setBounds } from "../../infra/runtime/postgres/bounds.ts";
import { type PostgresAccess, postgresProblem } from "../../infra/runtime/security/postgres.ts";
import { CodedError, isCoded } from "../../schemas/errors.ts";
import { insertAll, insertSound, isRowFault } from "./insert.ts";
import { lockHolders } from "./lock-holders.ts";
import {
  advancePosition,
  type KeptPosition,
  lockPosition,
  readPosition,
  type TopicIdPartition,
} from "./positions.ts";
import { type Insert, insertRecords } from "./records.ts";
import type { Refused } from "./row.ts";
import { NOTHING, type WriteCounts } from "./write-counts.ts";

type OnRefused = (refused: readonly Refused[]) => Promise<void>;

/** For a connection, ms. */
const CONNECT_MS = 5_000;

/** The tables of `av_telemetry`. Every method rejects while the database is away; what it began is undone then. */
export class Database {
  readonly #pool: Pool;
  readonly #begin: string;

  /** Connects when it is asked something. */
  constructor(access: PostgresAccess, bounds: PostgresBounds = BOUNDS) {
    this.#begin = `BEGIN; ${setBounds(bounds, "LOCAL")}`;
    this.#pool = new Pool({
      ...access,
      max: 4,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CLIENT_MS,
      keepAlive: true,
      application_name: "telemetry",
    });
    // An idle connection that breaks is replaced at the next question; one in use says so at its next statement.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  /** Where a partition is to be read on. @param end - its end offset. */
  position(place: TopicIdPartition, end: number): Promise<KeptPosition> {
    return this.#transaction((client) => readPosition(client, place, end));
  }

  /**
   * Rows and position in one transaction. Records that another writer, or an earlier try whose answer was lost, has
   * written are passed over.
   *
   * First as if no row were at fault; when PostgreSQL refuses one, all that was begun is undone and done again with a
   * savepoint for each statement, to find the row.
   *
   * @param records - consecutive ones of the partition.
   * @param onRefused - takes what can never become a row; the position moves past it only once this resolved.
   */
  async write(
    place: TopicIdPartition,
    records: readonly InRecord[],
    onRefused: OnRefused,
  ): Promise<WriteCounts> {
    try {
      return await this.#write(place, records, insertAll, onRefused);
    } catch (error) {
      if (!isRowFault(error)) throw error;
      return this.#write(place, records, insertSound, onRefused);
    }
  }

  #write(
    place: TopicIdPartition,
    records: readonly InRecord[],
    insert: Insert,
    onRefused: OnRefused,
  ): Promise<WriteCounts> {
    return this.#transaction(async (client) => {
      const next = await lockPosition(client, place);
      const fresh = records.filter(({ offset }) => offset >= next);
      const last = fresh.at(-1);
      if (!last) return NOTHING;
      const { inserted, duplicates, refused } = await insertRecords(client, fresh, insert);
      if (refused.length > 0) await onRefused(refused);
      const conflicts = refused.filter(({ error }) => isCoded(error, "TELEMETRY_CONFLICT")).length;
      const skipped = last.offset + 1 - next - fresh.length;
      const counts = { inserted, duplicates, deadLetters: refused.length, conflicts, skipped };
      await advancePosition(client, place, last.offset + 1, counts);
      return counts;
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw unavailable(postgresProblem(cause), cause);
    });
    try {
      await client.query(this.#begin);
      const result = await work(client);
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (error) {
      // The connection ends, and with it the transaction.
      client.release(true);
      throw isLockTimeout(error) ? await this.#locked(error) : error;
    }
  }

  async #locked(cause: unknown): Promise<CodedError> {
    const client = await this.#pool.connect();
    try {
      const holders = await lockHolders(client);
      return unavailable(`another session holds a lock${holders === "" ? "" : `: ${holders}`}`, cause);
    } finally {
      client.release();
    }
  }
}

/** 55P03, lock_not_available: `lock_timeout` is over. */
function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}

function unavailable(problem: string, cause: unknown): CodedError {
  return new CodedError("DEPENDENCY_UNAVAILABLE", {
    message: `PostgreSQL: ${problem}`,
    retryable: true,
    cause,
  });
}
