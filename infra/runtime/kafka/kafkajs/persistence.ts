import type { Clock } from "../../clock.ts";

const STEP_MS = 50;
/** How long a topic may take, after its creation or its leader's change, until every broker knows, ms. */
const SETTLE_MS = 10_000;
/** For topics that were just created: they exist, so there is an end to it, however slow the machine is. */
export const CREATED_SETTLE_MS = 120_000;

/**
 * Try again while Kafka says that it may work later, which kafkajs's admin client does not: a topic that was made a
 * moment ago is unknown, or has no leader, for some milliseconds.
 *
 * @throws the last error, after `settleMs` or at once when it is final
 */
export async function persistently<T>(
  clock: Clock,
  action: () => Promise<T>,
  settleMs = SETTLE_MS,
): Promise<T> {
  const until = clock.monotonic() + settleMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (clock.monotonic() >= until || !isTransient(error)) throw error;
      await clock.sleep(STEP_MS);
    }
  }
}

/** Does any error of the chain say that it may be tried again? kafkajs wraps some of those in final ones. */
function isTransient(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < 8; e = e.cause, depth++) {
    if ("retriable" in e && e.retriable === true) return true;
  }
  return false;
}
