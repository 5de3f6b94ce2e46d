import type { SeqRange } from "../../schemas/records.ts";

/** A set of sequence numbers as closed intervals: disjoint, not adjacent, ascending. Normally one. */
export type Ranges = readonly SeqRange[];

/** How many numbers are in the set. */
export function lengthOf(ranges: Ranges): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** The first range that ends at or after `seq`; `ranges.length` when none does. */
function firstReaching(ranges: Ranges, seq: number): number {
  // The newest numbers come last, and almost all that arrives is new.
  if ((ranges.at(-1)?.to ?? 0) < seq) return ranges.length;
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.to ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The parts of `range` that are not in the set, ascending. */
export function missing(ranges: Ranges, range: SeqRange): readonly SeqRange[] {
  const gaps: SeqRange[] = [];
  let from = range.from;
  for (let i = firstReaching(ranges, from); i < ranges.length && from <= range.to; i++) {
    const seen = ranges[i];
    if (!seen || seen.from > range.to) break;
    if (seen.from > from) gaps.push({ from, to: seen.from - 1 });
    from = seen.to + 1;
  }
  if (from <= range.to) gaps.push({ from, to: range.to });
  return gaps;
}

/** Does the range touch one of the set, or lie right beside it? Then the set gets no piece more by it. */
export function touches(ranges: Ranges, { from, to }: SeqRange): boolean {
  const other = ranges[firstReaching(ranges, from - 1)];
  return other !== undefined && other.from <= to + 1;
}

/** Put the range into the set itself. What comes in order costs no more than in a small one. */
export function addTo(ranges: SeqRange[], range: SeqRange): void {
  // What touches the new range, or lies right beside it, becomes one with it.
  const first = firstReaching(ranges, range.from - 1);
  let { from, to } = range;
  let next = first;
  for (; next < ranges.length; next++) {
    const other = ranges[next];
    if (!other || other.from > to + 1) break;
    from = Math.min(from, other.from);
    to = Math.max(to, other.to);
  }
  ranges.splice(first, next - first, { from, to });
}

/** The set with `range` in it. */
export function add(ranges: Ranges, range: SeqRange): Ranges {
  const copy = [...ranges];
  addTo(copy, range);
  return copy;
}

/** The set without `range`. */
export function remove(ranges: Ranges, range: SeqRange): Ranges {
  return ranges.flatMap((other) => missing([range], other));
}
