const LONG = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const INT = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/**
 * A double as a BIGINT, as Java narrows it (JLS 5.1.3): towards zero, what is too large becomes the nearest that there
 * is, and NaN becomes 0.
 */
export function longOf(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return LONG.max;
  if (value <= -(2 ** 63)) return LONG.min;
  return BigInt(Math.trunc(value));
}

/** A double as an INTEGER, as Java narrows it (JLS 5.1.3). */
export function intOf(value: number): number {
  return Math.min(Math.max(value, INT.min), INT.max) | 0;
}
