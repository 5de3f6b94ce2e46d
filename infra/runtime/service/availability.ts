import { CodedError, isCoded } from "../../../schemas/errors.ts";
import { fullJitter } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";

export interface Waiting {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Pick<Logger, "info">;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** After this many ms the last error is thrown; left out: for as long as it takes. */
  readonly withinMs?: number;
}

/** Servers of one machine come up within seconds, so the first waits are short. */
const BETWEEN_TRIES = { baseMs: 50, capMs: 1_000, floorMs: 20 } as const;

/**
 * Try until the servers that `attempt` needs are there. Each new reason is logged once.
 *
 * @throws {CodedError} what `attempt` throws and is not retryable, or the last such error after `withinMs`;
 * DEPENDENCY_UNAVAILABLE when the signal ends the wait.
 */
export async function untilAvailable<T>(
  attempt: () => Promise<T>,
  { clock, random, logger, signal, withinMs = Number.POSITIVE_INFINITY }: Waiting,
): Promise<T> {
  const backoff = fullJitter({ ...BETWEEN_TRIES, random });
  const deadline = clock.monotonic() + withinMs;
  let reason = "";
  while (!signal?.aborted) {
    try {
      return await attempt();
    } catch (error) {
      if (!isCoded(error) || !error.retryable || clock.monotonic() >= deadline) throw error;
      if (error.message !== reason) logger.info({ code: error.code }, `waiting: ${error.message}`);
      reason = error.message;
    }
    await clock.sleep(backoff.next(), signal);
  }
  throw new CodedError("DEPENDENCY_UNAVAILABLE", {
    message: reason === "" ? "stopped before it began" : `stopped while waiting: ${reason}`,
    retryable: true,
  });
}
