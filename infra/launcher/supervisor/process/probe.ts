import { get } from "node:http";
import { connect } from "node:net";
import type { Clock } from "../../../runtime/clock.ts";

const FIRST_MS = 40;
const LAST_MS = 200;
const ANSWER_WITHIN_MS = 2_000;

/**
 * Resolves when `ask` says yes; stays pending once `signal` aborts. A throwing `ask` is a no.
 *
 * Asks ever more rarely: on a busy machine a dozen parts that start at once must not be slowed down by being asked.
 */
export async function untilYes(
  ask: () => Promise<boolean>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_MS; !signal.aborted; wait = Math.min(LAST_MS, wait * 1.1)) {
    if (await ask().catch(() => false)) return;
    await clock.sleep(wait, signal);
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
export function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: ANSWER_WITHIN_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
