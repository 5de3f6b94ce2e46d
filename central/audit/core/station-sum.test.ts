import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StationSum, type SumRow } from "./station-sum.ts";

const row = (count: number, cut: number | null = null): SumRow => ({ count, cut, partition: 0, offset: 1 });

function recorded(...offsets: readonly number[]): StationSum {
  const sum = new StationSum(true);
  for (const offset of offsets) sum.record(offset, 0);
  return sum;
}

describe("a station's sum", () => {
  test("is the number of the station's records below the row's cut", () => {
    const sum = recorded(3, 5, 9);
    sum.show(row(2, 9));
    expect(sum.difference(9)).toBe(0);
    sum.show(row(3, 9));
    expect(sum.difference(9)).toBe(1);
    expect(sum.difference(10)).toBe(0);
    sum.show(row(1, 10));
    expect(sum.difference(10)).toBe(-2);
  });

  test("without a row is nothing: what it should have is missing", () => {
    expect(recorded(3, 5).difference(9)).toBe(-2);
    expect(recorded().difference(9)).toBe(0);
  });

  test("cannot be more than all records there are", () => {
    const sum = recorded(3, 5);
    sum.show(row(2));
    expect(sum.excess).toBe(0);
    sum.show(row(52));
    expect(sum.excess).toBe(50);
  });

  test("of a query that counts from the beginning again says nothing until it has caught up", () => {
    const sum = recorded(3, 5, 9);
    sum.show(row(3, 10));
    sum.forget(10, 0);
    sum.show(row(1, 4));
    expect(sum.difference(4)).toBeUndefined();
    sum.show(row(3, 12));
    expect(sum.difference(12)).toBe(0);
  });

  test("of a topic whose beginning was deleted is taken on trust once, and then held to it", () => {
    const sum = new StationSum(false);
    sum.record(100, 0);
    sum.show(row(41, 101));
    expect(sum.excess).toBe(0);
    expect(sum.difference(101)).toBe(0);
    sum.record(102, 0);
    sum.show(row(43, 103));
    expect(sum.difference(103)).toBe(1);
  });

  test("takes bounded memory while the query stands still, and is exact where it says something", () => {
    const sum = recorded(...Array.from({ length: 20_000 }, (_, n) => 2 * n));
    expect(sum.toJSON().steps.length).toBeLessThanOrEqual(4_096);
    expect(sum.counted).toBe(20_000);
    sum.show(row(20_000, 40_000));
    expect(sum.difference(40_000)).toBe(0);
    let said = 0;
    for (let cut = 0; cut < 40_000; cut += 7) {
      const difference = sum.difference(cut);
      if (difference === undefined) continue;
      expect(difference).toBe(20_000 - Math.ceil(cut / 2));
      said++;
    }
    expect(said).toBeGreaterThan(0);
  });

  test("takes no more for a thousand neighbours than for one record, and is exact within them", () => {
    const sum = recorded(...Array.from({ length: 1_000 }, (_, n) => 5 + n));
    expect(sum.toJSON().steps).toEqual([[5, 1, 1_000]]);
    sum.show(row(300, 305));
    expect(sum.difference(305)).toBe(0);
    sum.forget(305, 0);
    expect(sum.unsure).toBe(700);
    sum.show(row(1_000, 1_005));
    expect(sum.difference(1_005)).toBe(0);
  });

  test("reads what was kept record by record", () => {
    const steps = [[3, 1] as const, [4, 2] as const, [9, 3] as const];
    const sum = new StationSum(true, { ...recorded().toJSON(), counted: 3, steps });
    sum.show(row(2, 7));
    expect(sum.difference(4)).toBe(1);
    expect(sum.difference(7)).toBe(0);
  });
});

test("any rising rows are right at their cuts, whenever what was judged is forgotten, and after a restart", () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(gaps, fc.array(fc.nat(40), { maxLength: 10 }), (steps, cuts) => {
      let last = 0;
      const offsets = steps.map((gap) => (last += gap));
      let sum = recorded(...offsets);
      for (const cut of [...cuts].sort((x, y) => x - y)) {
        sum.show(row(offsets.filter((offset) => offset < cut).length, cut));
        expect(sum.difference(cut)).toBe(0);
        sum.forget(cut, 0);
        sum = new StationSum(true, JSON.parse(JSON.stringify(sum)));
        expect(sum.difference(cut)).toBe(0);
        expect(sum.unsure).toBe(offsets.filter((offset) => offset >= cut).length);
      }
    }),
    { seed: 5 },
  );
});
