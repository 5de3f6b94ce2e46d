import { Client } from "pg";
import { BOUNDS, CLIENT_MS, setBounds } from "../../infra/runtime/postgres/bounds.ts";
import { readSlots, type SlotState } from "../../infra/runtime/postgres/slots.ts";
import { type PostgresAccess, postgresProblem } from "../../infra/runtime/security/postgres.ts";
import { CodedError } from "../../schemas/errors.ts";

/** PostgreSQL's replication slots, one of which keeps a connector's place in the database. */
export interface Slots {
  /**
   * undefined: there is no such slot.
   *
   * @throws {CodedError} DEPENDENCY_UNAVAILABLE
   */
  find(name: string): Promise<SlotState | undefined>;
  /** Its connector makes a new one. @throws {CodedError} DEPENDENCY_UNAVAILABLE, also while somebody reads from it */
  drop(name: string): Promise<void>;
}

const CONNECT_MS = 5_000;

/** The slots of the database that POSTGRES_URL names. */
export function postgresSlots(access: PostgresAccess): Slots {
  return {
    find: (name) =>
      withClient(access, async (client) => (await readSlots(client)).find((slot) => slot.name === name)),
    drop: (name) =>
      withClient(access, async (client) => {
        await client.query("SELECT pg_drop_replication_slot($1)", [name]);
      }),
  };
}

async function withClient<T>(access: PostgresAccess, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...access, connectionTimeoutMillis: CONNECT_MS, query_timeout: CLIENT_MS });
  // A connection that breaks says so at its next question.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(setBounds(BOUNDS, "SESSION"));
    return await work(client);
  } catch (cause) {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `PostgreSQL: ${postgresProblem(cause)}`,
      retryable: true,
      cause,
    });
  } finally {
    await client.end().catch(() => {});
  }
}
