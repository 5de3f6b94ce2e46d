/** Live traffic is always on the way: what a hop had this long ago must have passed the next one. */
export const WINDOW_MS = 3_000;

/** How far one total is behind the one before it. */
export interface Lag {
  /** Missing downstream of what was upstream `WINDOW_MS` ago; 0: nothing. */
  readonly by: number;
  /** How long nothing came through although something is missing, ms. */
  readonly stuckMs: number;
  /** Was the hop watched for a whole window? Before that, `by` compares with the present. */
  readonly settled: boolean;
}

/** Two neighbouring totals over time. Times by the monotonic clock. */
export class HopLag {
  readonly #upstream: { readonly at: number; readonly total: number }[] = [];
  #downstream: number | null = null;
  #movedAt = 0;
  #laggingSince: number | null = null;

  observe(now: number, upstream: number, downstream: number): Lag {
    this.#upstream.push({ at: now, total: upstream });
    while (this.#upstream[1] && this.#upstream[1].at <= now - WINDOW_MS) this.#upstream.shift();
    if (this.#downstream !== downstream) this.#movedAt = now;
    this.#downstream = downstream;

    const oldest = this.#upstream[0];
    const settled = oldest !== undefined && oldest.at <= now - WINDOW_MS;
    const expected = settled ? Math.min(oldest.total, upstream) : upstream;
    // An upstream total falls when something is found lost: then less is expected.
    const by = Math.max(0, expected - downstream);
    if (by === 0) this.#laggingSince = null;
    else this.#laggingSince ??= now;
    const stuckMs = this.#laggingSince === null ? 0 : now - Math.max(this.#laggingSince, this.#movedAt);
    return { by, stuckMs, settled };
  }

  /** There is nothing to compare with: forget. */
  reset(): void {
    this.#upstream.length = 0;
    this.#downstream = null;
    this.#laggingSince = null;
  }
}
