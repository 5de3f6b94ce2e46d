/** A quantity over several runs. */
export interface Spread {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws RangeError for no values at all. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((x, y) => x - y);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError("no values");
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? max;
  const lower = sorted[Math.ceil(middle) - 1] ?? min;
  return { n: sorted.length, min, median: (lower + upper) / 2, max };
}

/** Three significant digits: no figure here is known better. */
export function readable(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return Math.round(Number(value.toPrecision(3))).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

const DELAY_STEP_MS = 0.1;
const DELAY_STEPS = 100_000;

/** Millions of delays in little memory: how many fell into each tenth of a millisecond, up to ten seconds. */
export class DelayStatistics {
  readonly #counts = new Uint32Array(DELAY_STEPS);
  #total = 0;

  /** @param ms - longer ones count as ten seconds, negative ones as none. */
  add(ms: number): void {
    const step = Math.min(DELAY_STEPS - 1, Math.max(0, Math.floor(ms / DELAY_STEP_MS)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total++;
  }

  get total(): number {
    return this.#total;
  }

  /** The delay that a share of all do not exceed, ms, to the next tenth above; NaN without any. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.#total));
    for (let step = 0; step < DELAY_STEPS && this.#total > 0; step++) {
      left -= this.#counts[step] ?? 0;
      if (left <= 0) return (step + 1) / (1 / DELAY_STEP_MS);
    }
    return Number.NaN;
  }
}
