import fc from "fast-check";
import { expect, test } from "vitest";
import type { SeqRange } from "../../schemas/records.ts";
import { add, lengthOf, missing, type Ranges, remove } from "./ranges.ts";

const options = { seed: 20181001, numRuns: 500 };
const anyRange = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, length]): SeqRange => ({ from, to: from + length }));
const steps = fc.array(fc.record({ adds: fc.boolean(), range: anyRange }), { maxLength: 40 });

function numbers(ranges: Ranges): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

function built(list: readonly { adds: boolean; range: SeqRange }[]): { ranges: Ranges; model: Set<number> } {
  const model = new Set<number>();
  let ranges: Ranges = [];
  for (const { adds, range } of list) {
    ranges = adds ? add(ranges, range) : remove(ranges, range);
    for (const n of numbers([range])) adds ? model.add(n) : model.delete(n);
  }
  return { ranges, model };
}

test("ranges hold exactly the numbers that a set would", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { ranges, model } = built(list);
      expect(numbers(ranges)).toEqual([...model].sort((x, y) => x - y));
      expect(lengthOf(ranges)).toBe(model.size);
    }),
    options,
  );
});

test("they stay disjoint, ascending and as few as can be", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { ranges } = built(list);
      for (const [i, range] of ranges.entries()) {
        expect(range.from).toBeLessThanOrEqual(range.to);
        if (i > 0) expect(range.from).toBeGreaterThan((ranges[i - 1]?.to ?? 0) + 1);
      }
    }),
    options,
  );
});

test("what is missing of a range is what a set would lack", () => {
  fc.assert(
    fc.property(steps, anyRange, (list, range) => {
      const { ranges, model } = built(list);
      expect(numbers(missing(ranges, range))).toEqual(numbers([range]).filter((n) => !model.has(n)));
    }),
    options,
  );
});

test("the greatest sequence numbers fit", () => {
  const top = Number.MAX_SAFE_INTEGER - 1;
  const ranges = add(add([], { from: 1, to: 5 }), { from: top - 1, to: top });
  expect(missing(ranges, { from: 4, to: top })).toEqual([{ from: 6, to: top - 2 }]);
});
