import { expect, test } from "vitest";
import { exponential, poisson, seededRandom } from "./random.ts";

const draw = (n: number, random: () => number): number[] => Array.from({ length: n }, () => random());
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("the same seed and label give the same numbers, another label or seed does not", () => {
  const numbers = draw(20, seededRandom(1, "trains"));
  expect(draw(20, seededRandom(1, "trains"))).toEqual(numbers);
  expect(draw(20, seededRandom(1, "weather"))).not.toEqual(numbers);
  expect(draw(20, seededRandom(2, "trains"))).not.toEqual(numbers);
});

test("numbers are uniform in [0, 1)", () => {
  const numbers = draw(100_000, seededRandom(7));
  expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
  const tenths = new Array<number>(10).fill(0);
  for (const n of numbers) tenths[Math.floor(n * 10)] = (tenths[Math.floor(n * 10)] ?? 0) + 1;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test.each([0.05, 3, 29, 200])("Poisson counts of mean %d have that mean and variance", (m) => {
  const random = seededRandom(11, String(m));
  const counts = draw(40_000, () => poisson(random, m));
  const average = mean(counts);
  expect(Math.abs(average - m)).toBeLessThan(0.05 * m);
  expect(Math.abs(mean(counts.map((c) => (c - average) ** 2)) - m)).toBeLessThan(0.05 * m);
});

test("no events happen at rate 0", () => {
  expect(poisson(seededRandom(1), 0)).toBe(0);
});

test("waiting times have their mean and are never negative", () => {
  const random = seededRandom(5);
  const times = draw(40_000, () => exponential(random, 4));
  expect(Math.abs(mean(times) - 4)).toBeLessThan(0.2);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
});
