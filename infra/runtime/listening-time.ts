import type { Clock } from "./clock.ts";

/** Parts into which a wait is cut. */
const PARTS = 10;

/**
 * Call `action` once this process has listened for `ms`.
 *
 * Node serves timers before what has arrived. A process that stood still would so give up on an answer that waits to be
 * read. Here a turn of the event loop counts for a tenth of the wait at most, however long it took.
 *
 * @returns cancels it.
 */
export function afterListening(clock: Clock, ms: number, action: () => void): () => void {
  let left = PARTS;
  const next = (): (() => void) =>
    clock.after(ms / PARTS, () => {
      left -= 1;
      if (left > 0) cancel = next();
      else action();
    });
  let cancel = next();
  return () => cancel();
}
