import type { Random } from "./random.ts";

/** Waiting times between tries, milliseconds. */
export interface Backoff {
  /** The next wait; grows with each call up to the cap. */
  next(): number;
  /** It worked: begin again from the smallest. */
  reset(): void;
}

/**
 * Exponential backoff with full jitter: uniform in [0, min(cap, base · 2^n)], never under `floor`.
 *
 * Full jitter spreads many clients best when all lose the same server at once (M. Brooker, AWS Architecture Blog, 2015).
 */
export function fullJitter(options: {
  readonly baseMs: number;
  readonly capMs: number;
  readonly random: Random;
  readonly floorMs?: number;
}): Backoff {
  const { baseMs, capMs, random, floorMs = 0 } = options;
  let n = 0;
  return {
    next() {
      const ceiling = Math.min(capMs, baseMs * 2 ** n);
      n = Math.min(n + 1, 30);
      return Math.max(floorMs, Math.round(random() * ceiling));
    },
    reset() {
      n = 0;
    },
  };
}
