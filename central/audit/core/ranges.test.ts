import fc from "fast-check";
import { expect, test } from "vitest";
import { RangeSet } from "./ranges.ts";

const interval = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.nat(12))
  .map(([from, more]) => ({ from, to: from + more }));
const change = fc.record({ add: fc.boolean(), interval });

function numbers(ranges: readonly { from: number; to: number }[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

test("it holds the numbers that a plain set would hold, in as few intervals as can be", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), interval, (changes, asked) => {
      const ranges = new RangeSet();
      const plain = new Set<number>();
      for (const { add, interval: given } of changes) {
        const span = numbers([given]);
        if (add) {
          expect(numbers(ranges.add(given.from, given.to))).toEqual(span.filter((n) => !plain.has(n)));
          for (const n of span) plain.add(n);
        } else {
          ranges.remove(given.from, given.to);
          for (const n of span) plain.delete(n);
        }
      }
      const sorted = [...plain].sort((x, y) => x - y);
      expect(numbers(ranges.toJSON())).toEqual(sorted);
      expect(ranges.size).toBe(plain.size);
      expect(ranges.pieces).toBe(sorted.filter((n) => !plain.has(n - 1)).length);
      expect(ranges.greatest).toBe(sorted.at(-1) ?? 0);
      expect(numbers(ranges.missing(asked.from, asked.to))).toEqual(
        numbers([asked]).filter((n) => !plain.has(n)),
      );
      for (const n of numbers([asked])) expect(ranges.has(n)).toBe(plain.has(n));
      expect(new RangeSet(ranges.toJSON()).size).toBe(plain.size);
    }),
    { seed: 16, numRuns: 300 },
  );
});

test("too many intervals: the lowest gaps are closed, and the last number of them is named", () => {
  const ranges = new RangeSet();
  for (const n of [1, 3, 5, 7]) ranges.add(n, n);
  expect(ranges.close(4)).toBe(0);
  expect(ranges.close(2)).toBe(4);
  expect(ranges.toJSON()).toEqual([
    { from: 1, to: 5 },
    { from: 7, to: 7 },
  ]);
  expect(ranges.size).toBe(6);
});
