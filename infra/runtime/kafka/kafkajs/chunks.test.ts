import fc from "fast-check";
import { expect, test } from "vitest";
import type { InRecord } from "../ports.ts";
import { chunks, commitGap, holdBack, loadOf } from "./chunks.ts";

function record(offset: number, size: number): InRecord {
  return {
    topic: "t",
    partition: 0,
    offset,
    timestamp: 0,
    key: null,
    value: Buffer.alloc(size),
    headers: {},
  };
}

test("chunks hold every record once, in order, within the limits or alone", () => {
  const limits = { records: 5, bytes: 100 };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 60 }), (sizes) => {
      const records = sizes.map((size, i) => record(i, size));
      const cut = [...chunks(records, limits)];
      expect(cut.flat()).toEqual(records);
      for (const chunk of cut) {
        const bytes = chunk.reduce((sum, r) => sum + (r.value?.length ?? 0), 0);
        expect(chunk.length === 1 || (chunk.length <= 5 && bytes <= 100)).toBe(true);
        expect(chunk.length).toBeGreaterThan(0);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a small transaction keeps its distance from the last one; a large one does not wait", () => {
  expect(holdBack(0, 10, 25)).toBe(15);
  expect(holdBack(0.05, 10, 100)).toBe(40);
  expect(holdBack(0.1, 10, 25)).toBe(0);
});

test("an instance with many partitions commits each of them less often", () => {
  const commitsPerS = (gapMs: number, partitions: number): number =>
    (1_000 * partitions) / commitGap(gapMs, partitions);
  for (const partitions of [1, 2, 8, 32, 64]) {
    expect(commitsPerS(200, partitions)).toBeLessThanOrEqual(40);
    expect(commitsPerS(100, partitions)).toBeLessThanOrEqual(40);
  }
  expect([commitGap(200, 2), commitGap(100, 2)]).toEqual([200, 100]);
  expect(commitGap(200, 1_000)).toBe(2_000);
});

test("where transactions take long, at least half of the time is left to others, up to a bound", () => {
  expect(holdBack(0.03, 20, 25)).toBe(20);
  expect(holdBack(0.03, 90, 25)).toBe(90);
  expect(holdBack(0.03, 20_000, 25)).toBe(250);
  expect(holdBack(0.1, 90, 25)).toBe(0);
});

test("few records of many bytes are a load too", () => {
  const limits = { records: 100, bytes: 1000 };
  expect(loadOf([record(0, 10), record(1, 10)], limits)).toBe(0.02);
  expect(loadOf([record(0, 400)], limits)).toBe(0.4);
});
