import { setTimeout as sleep } from "node:timers/promises";

/**
 * Do something so often a second, each after the one before has ended.
 *
 * @param seconds - for so long. @returns how often it was done.
 */
export async function paced(
  perSecond: number,
  seconds: number,
  action: () => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < seconds * 1_000) {
    await action();
    done++;
    const due = began + (done * 1_000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
  }
  return done;
}
