import type { Clock } from "../../../runtime/clock.ts";

/** When a part that ran counts as hung. */
export interface LivenessPolicy {
  /** Between two questions, ms. */
  readonly everyMs: number;
  /** What one answer may take, ms: on a machine that is short of processor time it comes, but late. Below half of `withinMs`. */
  readonly answerMs: number;
  /** Without any answer for so long, ms: its event loop stands still. */
  readonly withinMs: number;
}

/**
 * A part is asked several times before it is given up. A machine that is short of processor time delays answers by
 * seconds, and one record may keep the ksql server busy for one.
 */
export const LIVENESS_POLICY: LivenessPolicy = { everyMs: 5_000, answerMs: 20_000, withinMs: 60_000 };

/**
 * Ask a part again and again whether it lives; resolves once it has not answered for too long.
 *
 * Time in which the asking process itself stood still (a laptop that slept, a debugger) is not counted: after a pause
 * of its own it begins to count again.
 *
 * @param ask - is given the ms that it may take; false or an error: no answer.
 * @param signal - ends it; then it stays pending.
 */
export async function untilHung(
  ask: (withinMs: number) => Promise<boolean>,
  policy: LivenessPolicy,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let answered = clock.monotonic();
  let before = answered;
  while (!signal.aborted) {
    await clock.sleep(policy.everyMs, signal);
    const lives = await ask(policy.answerMs).catch(() => false);
    const now = clock.monotonic();
    const paused = now - before > policy.withinMs / 2;
    before = now;
    if (lives || paused) answered = now;
    else if (now - answered >= policy.withinMs) return;
  }
  await new Promise<never>(() => {});
}
