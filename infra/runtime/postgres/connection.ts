import { Client } from "pg";
import { CodedError, isCoded } from "../../../schemas/errors.ts";
import { type PostgresAccess, postgresProblem } from "../security/postgres.ts";
import { BOUNDS, CLIENT_MS, setBounds } from "./bounds.ts";

const CONNECT_MS = 5_000;

export interface ConnectionOptions {
  /** As `pg_stat_activity` shows it. */
  readonly name?: string;
  /** SQL before the work. Left out: a session within `BOUNDS`. */
  readonly begin?: string;
}

/**
 * Do one piece of work on a connection of its own, for what asks too seldom to keep one.
 *
 * @throws {CodedError} what `work` throws, when it has a code; else DEPENDENCY_UNAVAILABLE
 */
export async function withConnection<T>(
  access: PostgresAccess,
  work: (client: Client) => Promise<T>,
  { name, begin = setBounds(BOUNDS, "SESSION") }: ConnectionOptions = {},
): Promise<T> {
  const client = new Client({
    ...access,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CLIENT_MS,
    ...(name === undefined ? {} : { application_name: name }),
  });
  // A connection that breaks says so at its next question.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(begin);
    return await work(client);
  } catch (cause) {
    throw isCoded(cause) ? cause : unavailable(cause);
  } finally {
    await client.end().catch(() => {});
  }
}

export function unavailable(cause: unknown): CodedError {
  return new CodedError("DEPENDENCY_UNAVAILABLE", {
    message: `PostgreSQL: ${postgresProblem(cause)}`,
    retryable: true,
    cause,
  });
}
