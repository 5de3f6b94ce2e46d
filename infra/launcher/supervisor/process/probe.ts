import { get } from "node:http";
import { connect } from "node:net";
import type { Clock } from "../../../runtime/clock.ts";

const FIRST_MS = 40;
const LAST_MS = 200;
/** What a question may take, at first and at most: on a starved machine the answer comes, but late. */
const ANSWER_WITHIN_MS = { first: 2_000, last: 60_000 } as const;

/**
 * Resolves when `ask` says yes; stays pending once `signal` aborts. A throwing `ask` is a no.
 *
 * Asks ever more rarely: on a busy machine a dozen parts that start at once must not be slowed down by being asked. And
 * waits ever longer for answers that did not come in time, or none ever would.
 *
 * @param ask - is told how long it may take, ms.
 * @param isFinal - is this error of `ask` one that no further question changes? Then it is thrown.
 */
export async function untilYes(
  ask: (withinMs: number) => Promise<boolean>,
  clock: Clock,
  signal: AbortSignal,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<void> {
  let withinMs: number = ANSWER_WITHIN_MS.first;
  for (let wait = FIRST_MS; !signal.aborted; wait = Math.min(LAST_MS, wait * 1.1)) {
    const asked = clock.monotonic();
    const yes = await ask(withinMs).catch((error: unknown) => {
      if (isFinal(error) && !signal.aborted) throw error;
      return false;
    });
    if (yes) return;
    if (clock.monotonic() - asked >= withinMs) withinMs = Math.min(ANSWER_WITHIN_MS.last, 2 * withinMs);
    await clock.sleep(wait, signal);
  }
  await new Promise<never>(() => {});
}

/** Does something accept connections there? */
export function accepts(port: number, withinMs: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(withinMs, () => answer(false));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}

/** Does a GET there give a 2xx answer? */
export function answersOk(url: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: withinMs, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
