import { setTimeout as sleep } from "node:timers/promises";

/**
 * Ask again until `check` passes; for tests on real processes, whose moments are not controlled.
 *
 * @throws what `check` threw last, after `withinMs`: the bound is there to end a hang, not to judge speed.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  withinMs = 60_000,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= end) throw error;
      await sleep(everyMs);
    }
  }
}
