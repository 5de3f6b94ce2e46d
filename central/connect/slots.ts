import { withConnection } from "../../infra/runtime/postgres/connection.ts";
import { readSlots, type SlotState } from "../../infra/runtime/postgres/slots.ts";
import type { PostgresAccess } from "../../infra/runtime/security/postgres.ts";

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
  /** What a connector made for itself to read by; no harm where there is none. @throws {CodedError} DEPENDENCY_UNAVAILABLE */
  dropPublication(name: string): Promise<void>;
}

/** The slots of the database that POSTGRES_URL names. */
export function postgresSlots(access: PostgresAccess): Slots {
  return {
    find: (name) =>
      withConnection(access, async (client) => (await readSlots(client)).find((slot) => slot.name === name)),
    drop: (name) =>
      withConnection(access, async (client) => {
        await client.query("SELECT pg_drop_replication_slot($1)", [name]);
      }),
    dropPublication: (name) =>
      withConnection(access, async (client) => {
        await client.query(`DROP PUBLICATION IF EXISTS ${client.escapeIdentifier(name)}`);
      }),
  };
}
