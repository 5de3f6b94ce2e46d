import type { Counts, CountsAt } from "./station-sums.ts";

/** Kept at most: with more, every second one is dropped, so memory does not grow with history. */
const MOST = 128;

/** Offsets of one partition at which the entries of its stations are known: places to count from. */
export class Anchors {
  #all: CountsAt[] = [];

  get size(): number {
    return this.#all.length;
  }

  put(anchor: CountsAt): void {
    const at = this.#all.findIndex(({ offset }) => offset >= anchor.offset);
    if (at >= 0 && this.#all[at]?.offset === anchor.offset) return;
    this.#all.splice(at < 0 ? this.#all.length : at, 0, anchor);
    // The first and the last lead farthest.
    if (this.#all.length > MOST)
      this.#all = this.#all.filter((_, i) => i % 2 === 0 || i === this.#all.length - 1);
  }

  /** Records below this offset have been deleted: nothing can be counted across them. */
  dropBelow(start: number): void {
    this.#all = this.#all.filter(({ offset }) => offset >= start);
  }

  clear(): void {
    this.#all = [];
  }

  /** The anchor that is nearest to this offset, in records; null: there is no anchor. */
  nearest(offset: number): CountsAt | null {
    let best: CountsAt | null = null;
    for (const anchor of this.#all) {
      if (best === null || Math.abs(anchor.offset - offset) < Math.abs(best.offset - offset)) best = anchor;
    }
    return best;
  }
}

/** @param sign - 1: these were counted on; -1: back. */
export function moved(counts: Counts, by: Counts, sign: 1 | -1): Counts {
  const sum = new Map(counts);
  for (const [station, n] of by) {
    const count = (sum.get(station) ?? 0) + sign * n;
    // A station without an entry has no data, which is not zero.
    if (count === 0) sum.delete(station);
    else sum.set(station, count);
  }
  return sum;
}
