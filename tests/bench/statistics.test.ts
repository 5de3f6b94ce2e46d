import { expect, test } from "vitest";
import { DelayStatistics, readable, spreadOf } from "./statistics.ts";

test("the median of an even number of runs lies between the two middle ones", () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ n: 4, min: 1, median: 2.5, max: 4 });
});

test("the median of an odd number of runs is the middle one, in numeric order", () => {
  expect(spreadOf([100, 9, 20])).toEqual({ n: 3, min: 9, median: 20, max: 100 });
});

test("no runs have no median", () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});

test("figures are shown with three significant digits", () => {
  expect([readable(0), readable(1.23456), readable(98_765), readable(0.004567)]).toEqual([
    "0",
    "1.23",
    "98,800",
    "0.00457",
  ]);
});

test("quantiles of delays, to a tenth of a millisecond", () => {
  const delays = new DelayStatistics();
  expect(delays.quantile(0.5)).toBeNaN();
  for (let n = 0; n < 100; n++) delays.add(n + 0.05);
  expect([delays.quantile(0.5), delays.quantile(0.99), delays.quantile(1)]).toEqual([49.1, 98.1, 99.1]);
  delays.add(60_000);
  expect(delays.quantile(1)).toBe(10_000);
});
