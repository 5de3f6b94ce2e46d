import { connect } from "node:net";
import type { Clock } from "../../runtime/clock.ts";

const EVERY_MS = 40;
const ANSWER_WITHIN_MS = 2_000;

/** Resolves when `ask` says yes; stays pending once `signal` aborts. A throwing `ask` is a no. */
export async function untilYes(
  ask: () => Promise<boolean>,
  clock: Clock,
  signal: AbortSignal,
  everyMs = EVERY_MS,
): Promise<void> {
  while (!signal.aborted) {
    if (await ask().catch(() => false)) return;
    await clock.sleep(everyMs, signal);
  }
  await new Promise<never>(() => {});
}

/** Does something accept connections there? */
export function accepts(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => answer(false));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}

/** Does a GET there give a 2xx answer? */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  await response.body?.cancel();
  return response.ok;
}
