/**
 * How long a session may wait, ms. The server enforces these bounds.
 *
 * A client's own time-out ends the wait of the client only: the server's backend goes on waiting for its lock, and each
 * new try leaves another backend behind. So the server's bounds come first, and the client's is the longest.
 */
export interface PostgresBounds {
  /** For a lock that another session holds (`lock_timeout`). */
  readonly lockMs: number;
  /** For a statement as a whole (`statement_timeout`). */
  readonly statementMs: number;
  /** Within a transaction, for the client's next statement (`idle_in_transaction_session_timeout`). */
  readonly idleMs: number;
}

/** For a statement that must not take long. The client's `query_timeout` is `CLIENT_MS`. */
export const BOUNDS: PostgresBounds = { lockMs: 10_000, statementMs: 25_000, idleMs: 30_000 };

/** A server that does not answer at all is given up on after so long, ms. Longer than each of `BOUNDS`. */
export const CLIENT_MS = 40_000;

/**
 * Statements that set the bounds, in SQL: a connection pooler in front of PostgreSQL refuses them as startup parameters.
 *
 * @param scope - of the current transaction, or of the session.
 */
export function setBounds(
  { lockMs, statementMs, idleMs }: PostgresBounds,
  scope: "LOCAL" | "SESSION",
): string {
  return [
    `SET ${scope} lock_timeout = ${lockMs}`,
    `SET ${scope} statement_timeout = ${statementMs}`,
    `SET ${scope} idle_in_transaction_session_timeout = ${idleMs}`,
  ].join("; ");
}
