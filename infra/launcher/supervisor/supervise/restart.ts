import { EXIT } from "../../../../schemas/errors.ts";

export interface RestartPolicy {
  /** Wait before the first restart; doubles with each failure in a row. */
  readonly baseMs: number;
  readonly capMs: number;
  /** A part that was ready this long has recovered: its failures in a row are forgotten. */
  readonly healthyMs: number;
  /** Starts of a part that was never ready, before it is given up. */
  readonly attempts: number;
  /** The same of a part that says that another one, which runs here too, does not answer. */
  readonly attemptsForOthers: number;
}

export const RESTART_POLICY: RestartPolicy = {
  baseMs: 200,
  capMs: 10_000,
  healthyMs: 30_000,
  attempts: 5,
  attemptsForOthers: 60,
};

/** What is known of a part when it ended by itself. */
export interface Failure {
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly everReady: boolean;
  /** Exit code; null: ended by a signal, or never ran. */
  readonly code: number | null;
  /** Does it need a part that runs here? */
  readonly needsOthers: boolean;
}

/**
 * When to start a part again, or that it makes no sense.
 *
 * Wrong settings and wrong usage stay wrong, so those exit codes end it at once. What has once been ready is started
 * again for ever: its trouble lies outside of it. A part which says that one it needs does not answer (69) is started
 * again for long, where that one runs here too: it may be slow, and if it hangs it is started again itself.
 *
 * @returns the wait in milliseconds, or "give up".
 */
export function nextStart(policy: RestartPolicy, failure: Failure): number | "give up" {
  if (failure.code === EXIT.usage || failure.code === EXIT.config) return "give up";
  const otherIsSlow = failure.code === EXIT.unavailable && failure.needsOthers;
  const attempts = otherIsSlow ? policy.attemptsForOthers : policy.attempts;
  if (!failure.everReady && failure.failures >= attempts) return "give up";
  return Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failure.failures - 1, 30));
}
