import type { SeqRange } from "../../../schemas/records.ts";

/**
 * A set of numbers as closed intervals: disjoint, not adjacent, ascending. The auditor's own; dedup has another one.
 *
 * Changes in place. Adding at the end, which is almost every call, costs constant time.
 */
export class RangeSet {
  readonly #ranges: { from: number; to: number }[];
  #size: number;

  /** @param ranges - as `toJSON` gave them. */
  constructor(ranges: readonly SeqRange[] = []) {
    this.#ranges = ranges.map(({ from, to }) => ({ from, to }));
    this.#size = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  /** How many numbers are in it. */
  get size(): number {
    return this.#size;
  }

  /** How many intervals it takes. */
  get pieces(): number {
    return this.#ranges.length;
  }

  /** 0: the set is empty. */
  get greatest(): number {
    return this.#last?.to ?? 0;
  }

  has(n: number): boolean {
    if (n > this.greatest) return false;
    const range = this.#ranges[this.#firstReaching(n)];
    return range !== undefined && range.from <= n;
  }

  /** @returns the numbers of `from` to `to` that were not in it before, ascending. */
  add(from: number, to: number): readonly SeqRange[] {
    const last = this.#last;
    if (last && from === last.to + 1) {
      last.to = to;
      this.#size += to - from + 1;
      return [{ from, to }];
    }
    const fresh = this.missing(from, to);
    if (fresh.length === 0) return fresh;
    // What touches the new interval, or lies right beside it, becomes one with it.
    const first = this.#firstReaching(from - 1);
    let next = first;
    const merged = { from, to };
    for (let range = this.#ranges[next]; range && range.from <= to + 1; range = this.#ranges[++next]) {
      merged.from = Math.min(merged.from, range.from);
      merged.to = Math.max(merged.to, range.to);
    }
    this.#ranges.splice(first, next - first, merged);
    for (const gap of fresh) this.#size += gap.to - gap.from + 1;
    return fresh;
  }

  /** As `add`, of one number: for almost every reading there is, so nothing is made for it. */
  addOne(n: number): void {
    const last = this.#last;
    if (last && n === last.to + 1) {
      last.to = n;
      this.#size++;
    } else this.add(n, n);
  }

  remove(from: number, to: number): void {
    for (let i = this.#firstReaching(from); i < this.#ranges.length; ) {
      const range = this.#ranges[i];
      if (!range || range.from > to) return;
      const rest = [
        ...(range.from < from ? [{ from: range.from, to: from - 1 }] : []),
        ...(range.to > to ? [{ from: to + 1, to: range.to }] : []),
      ];
      this.#size -= Math.min(range.to, to) - Math.max(range.from, from) + 1;
      this.#ranges.splice(i, 1, ...rest);
      if (range.from < from) i++;
    }
  }

  /** The numbers of `from` to `to` that are not in it, ascending. */
  missing(from: number, to: number): readonly SeqRange[] {
    const gaps: SeqRange[] = [];
    let next = from;
    for (let i = this.#firstReaching(from); next <= to; i++) {
      const range = this.#ranges[i];
      if (!range || range.from > to) break;
      if (range.from > next) gaps.push({ from: next, to: range.from - 1 });
      next = range.to + 1;
    }
    if (next <= to) gaps.push({ from: next, to });
    return gaps;
  }

  /**
   * Close the lowest gaps until at most `limit` intervals are left.
   *
   * @returns the greatest number that was filled in without having been seen; 0: none was.
   */
  close(limit: number): number {
    let filled = 0;
    while (this.#ranges.length > limit) {
      const [low, high] = this.#ranges.splice(0, 2) as [SeqRange, SeqRange];
      filled = high.from - 1;
      this.#size += high.from - low.to - 1;
      this.#ranges.unshift({ from: low.from, to: high.to });
    }
    return filled;
  }

  toJSON(): readonly SeqRange[] {
    return this.#ranges;
  }

  get #last(): { from: number; to: number } | undefined {
    return this.#ranges[this.#ranges.length - 1];
  }

  /** The first interval that ends at or after `n`. */
  #firstReaching(n: number): number {
    if (this.greatest < n) return this.#ranges.length;
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.to ?? 0) < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function sizeOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
