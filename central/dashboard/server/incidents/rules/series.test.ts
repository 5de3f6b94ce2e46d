import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginSeries, measured, STEPS } from "./series.ts";

describe("how many waited over time", () => {
  test("each second has its peak, and seconds without a look are unknown", () => {
    let series = beginSeries(0);
    for (const [at, waiting] of [
      [0, 3],
      [400, 5],
      [900, 4],
      [3_000, null],
      [4_100, 9],
    ] as const)
      series = measured(series, at, waiting);
    expect(series).toEqual({ from: 0, stepMs: 1_000, most: [5, null, null, null, 9] });
  });

  test("a silence of days has no more steps than one of minutes", () => {
    let series = beginSeries(0);
    for (let second = 0; second <= 3 * 86_400; second += 10)
      series = measured(series, second * 1_000, second);
    expect(series.most.length).toBeLessThanOrEqual(STEPS);
    expect(series.stepMs * series.most.length).toBeGreaterThanOrEqual(3 * 86_400_000);
    expect(series.most.at(-1)).toBe(3 * 86_400);
  });

  test("whatever is measured, the peak stays and the length is bounded", () => {
    const looks = fc.array(fc.tuple(fc.nat(100_000), fc.option(fc.nat(1_000))), { minLength: 1 });
    fc.assert(
      fc.property(looks, (measurements) => {
        let at = 0;
        let series = beginSeries(0);
        for (const [gapMs, waiting] of measurements) {
          at += gapMs;
          series = measured(series, at, waiting);
        }
        const known = measurements.flatMap(([, waiting]) => waiting ?? []);
        expect(Math.max(-1, ...series.most.map((most) => most ?? -1))).toBe(Math.max(-1, ...known));
        expect(series.most.length).toBeLessThanOrEqual(STEPS);
      }),
    );
  });
});
