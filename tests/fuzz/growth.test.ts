import { expect, test } from "vitest";
import { exponentOf, growsTooFast, type Point } from "./growth.ts";

/** Costs by a rule, on a clock of their own. */
function growing(cost: (size: number) => number, maxSize = 1_000_000) {
  let cpu = 0;
  return growsTooFast({
    make: (n) => n,
    sizeOf: (n) => n,
    run: (n) => {
      cpu += cost(n);
    },
    maxSize,
    enoughMs: 32,
    cpuMs: () => cpu,
  });
}

test.each<[string, (n: number) => number]>([
  ["linear", (n) => n / 1000],
  ["linear with a logarithm", (n) => (n * Math.log2(n)) / 10_000],
  ["constant", () => 40],
  ["next to nothing", (n) => n / 1e9],
  ["a step: a cache that is full", (n) => n / 1000 + (n > 4_000 ? 6 : 0)],
])("not too fast: %s", async (_, cost) => {
  expect(await growing(cost)).toBeUndefined();
});

test.each<[string, (n: number) => number]>([
  ["quadratic", (n) => (n / 1000) ** 2],
  ["quadratic behind much that is linear", (n) => n / 2000 + (n / 3000) ** 2],
  ["exponential: from nothing to for ever", (n) => (n > 500 ? 100_000 : 0.001)],
])("too fast: %s", async (_, cost) => {
  expect(await growing(cost)).toBeDefined();
});

test("what is measured once only is noise", async () => {
  let round = 0;
  const noisy = (n: number): number => {
    if (n === 8) round++;
    return round === 1 ? (n / 1000) ** 2 : n / 1000;
  };
  expect(await growing(noisy)).toBeUndefined();
});

test("the exponent is that of the largest sizes", () => {
  const points = [1, 2, 4, 8, 16, 32].map((size): Point => ({ size, costMs: size ** 2 }));
  expect(exponentOf(points)).toBeCloseTo(2);
  expect(exponentOf([])).toBeUndefined();
});
