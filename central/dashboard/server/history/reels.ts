import type { Reel } from "./reel.ts";

/** Kept at most: each holds a model of the city, and what its last look brought. */
const MOST = 6;
/** A reel that is so far before a moment reaches it sooner than a new one would, ms. */
const NEAR_MS = 10 * 60_000;

/** Idle reels, the least recently used first. */
export class Reels {
  #idle: Reel[] = [];

  get size(): number {
    return this.#idle.length;
  }

  /** The one that stands nearest before this moment, which is the caller's alone until it is given back. */
  take(at: number): Reel | undefined {
    let best: Reel | undefined;
    for (const reel of this.#idle) {
      if (reel.at > at || at - reel.at > NEAR_MS) continue;
      if (!best || reel.at > best.at) best = reel;
    }
    this.#idle = this.#idle.filter((reel) => reel !== best);
    return best;
  }

  giveBack(reel: Reel): void {
    this.#idle.push(reel);
    if (this.#idle.length > MOST) this.#idle.shift();
  }

  clear(): void {
    this.#idle = [];
  }
}
