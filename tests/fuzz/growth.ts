/** What an input of one size cost. */
export interface Point {
  /** Characters or bytes. */
  readonly size: number;
  /** Processor time of this process, ms: the least of several runs, so that what others do counts little. */
  readonly costMs: number;
}

export interface GrowthOptions<T> {
  /** The input of `n` repetitions. */
  readonly make: (n: number) => T;
  readonly sizeOf: (input: T) => number;
  readonly run: (input: T) => unknown;
  /** Larger inputs never reach the code: its caller refuses them. */
  readonly maxSize: number;
  /** Processor time that one input may take before growing ends, ms. */
  readonly enoughMs: number;
  /** Processor time so far, ms. */
  readonly cpuMs: () => number;
}

/** Runs whose least cost counts. */
const RUNS = 3;
/** Below this, what the machine does besides weighs too much, ms. */
const TELLING_MS = 0.5;
/** A largest input that costs less harms nothing, however the cost grows; and a garbage collection costs as much, ms. */
const MATTERS_MS = 8;
/** Twice the size: twice the time, and a logarithm or a cache on top. 2 would be quadratic. */
export const MOST_EXPONENT = 1.5;

/**
 * The cost of ever larger inputs: n repetitions, 2 n, 4 n, until one costs enough or is as large as any can be.
 */
export async function grow<T>(options: GrowthOptions<T>): Promise<readonly Point[]> {
  const { make, sizeOf, maxSize, enoughMs } = options;
  const points: Point[] = [];
  for (let n = 8; ; n *= 2) {
    const input = make(n);
    const size = sizeOf(input);
    if (size > maxSize) return points;
    const costMs = await leastCost(input, options);
    points.push({ size, costMs });
    if (costMs >= enoughMs) return points;
    if (size === points.at(-2)?.size) return points;
  }
}

async function leastCost<T>(input: T, { run, cpuMs, enoughMs }: GrowthOptions<T>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const before = cpuMs();
    await run(input);
    const cost = cpuMs() - before;
    least = Math.min(least, cost);
    // What is cheap says nothing, and what is dear says it at once.
    if (least < TELLING_MS || cost > 4 * enoughMs) return least;
  }
  return least;
}

/**
 * The power of the size with which the cost grew at the end: 1 is linear, 2 quadratic.
 *
 * @returns undefined when too little was measured: the largest possible input costs next to nothing.
 */
export function exponentOf(points: readonly Point[]): number | undefined {
  const last = points.at(-1);
  if (!last || last.costMs < MATTERS_MS) return undefined;
  // Eight times the size, where there is so much: a step of one doubling may be the memory's. What costs next to nothing
  // counts as the least that is told apart, so that a leap from there to very much is seen.
  const firstTelling = points.findIndex(({ costMs }) => costMs >= TELLING_MS);
  const first = points[Math.max(0, firstTelling - 1, points.length - 4)];
  if (!first || first.size === last.size) return undefined;
  return Math.log(last.costMs / Math.max(first.costMs, TELLING_MS)) / Math.log(last.size / first.size);
}

/** Does the cost grow faster than the size? Measured again as often as `confirmations` says: noise does not repeat. */
export async function growsTooFast<T>(
  options: GrowthOptions<T>,
  confirmations = 2,
): Promise<readonly Point[] | undefined> {
  let points: readonly Point[] = [];
  for (let i = 0; i <= confirmations; i++) {
    points = await grow(options);
    if ((exponentOf(points) ?? 0) <= MOST_EXPONENT) return undefined;
  }
  return points;
}
