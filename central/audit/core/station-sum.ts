/** Records of one station in the clean topic, from one offset on. */
type Step = readonly [offset: number, count: number];

export interface StationSumState {
  readonly counted: number;
  readonly steps: readonly Step[];
  readonly below: number;
  readonly judged: number;
  readonly base: number | null;
  readonly row: SumRow | null;
  readonly off: number;
  readonly strays: readonly (readonly [partition: number, offset: number])[];
}

/** A row of the table of sums. */
export interface SumRow {
  readonly count: number;
  /** Every clean record below this offset is in it, and none from there on; null: the query does not say. */
  readonly cut: number | null;
  readonly partition: number;
  readonly offset: number;
}

/** Offsets that no row covers yet are remembered one by one up to this many: then every other is forgotten. */
const MAX_STEPS = 4_096;

/**
 * The records of one station in the clean topic, held against the station's sum.
 *
 * It counts whatever has this station in its value, because that is what the query counts.
 */
export class StationSum {
  #counted: number;
  /** Of the records that no judged row covers: after which offset the count was which. Ascending. */
  #offsets: number[];
  #counts: number[];
  /** The count at the offset up to which all is judged, and that offset. */
  #below: number;
  #judged: number;
  /** Records that were deleted before the audit began; null: not known before the first row. */
  #base: number | null;
  #row: SumRow | null;
  #strays: (readonly [partition: number, offset: number])[];
  /** Since when there are records that no judged sum covers, without one being judged, wall ms; null: there are none. */
  unsureSince: number | null;
  /** By how much the sum was off when it was last judged. */
  off: number;

  /** @param whole - does the audit read the clean topic from its first record? */
  constructor(whole: boolean, state?: StationSumState) {
    this.#counted = state?.counted ?? 0;
    this.#offsets = (state?.steps ?? []).map(([offset]) => offset);
    this.#counts = (state?.steps ?? []).map(([, count]) => count);
    this.#below = state?.below ?? 0;
    this.#judged = state?.judged ?? 0;
    this.#base = state ? state.base : whole ? 0 : null;
    this.#row = state?.row ?? null;
    this.off = state?.off ?? 0;
    this.#strays = [...(state?.strays ?? [])];
    // Before a restart: long enough ago.
    this.unsureSince = this.#offsets.length > 0 ? 0 : null;
  }

  /** Records read, with those before the audit began. */
  get counted(): number {
    return this.#counted + this.#strays.length + (this.#base ?? 0);
  }

  /** A record of this station in another partition than its own: somebody's invention, which the query counts too. */
  stray(partition: number, offset: number): void {
    this.#strays.push([partition, offset]);
    if (this.#strays.length > MAX_STEPS) this.#strays.shift();
  }

  /** @param isCounted - is the record in the sum by now? */
  countStrays(isCounted: (partition: number, offset: number) => boolean): void {
    if (this.#strays.length === 0 || this.#base === null) return;
    const left = this.#strays.filter(([partition, offset]) => !isCounted(partition, offset));
    this.#base += this.#strays.length - left.length;
    this.#strays = left;
  }

  get row(): SumRow | null {
    return this.#row;
  }

  /** The clean topic shows a record of this station. */
  record(offset: number, now: number): void {
    this.#counted++;
    this.unsureSince ??= now;
    this.#offsets.push(offset);
    this.#counts.push(this.#counted);
    if (this.#offsets.length <= MAX_STEPS) return;
    // The last one stays: it is the count of all.
    const kept = (_: number, i: number, { length }: readonly number[]): boolean => (length - 1 - i) % 2 === 0;
    this.#offsets = this.#offsets.filter(kept);
    this.#counts = this.#counts.filter(kept);
  }

  /** Records were deleted unread: the next row is taken on trust. */
  rebase(): void {
    this.#base = null;
  }

  show(row: SumRow | null): void {
    this.#row = row;
  }

  /**
   * The sum minus the number of records below `cut`, once the audit has read that far. undefined: it cannot be said.
   *
   * @param cut - the sum has every record below this offset, and none from there on.
   */
  difference(cut: number): number | undefined {
    const expected = this.#countBelow(cut);
    if (expected === undefined) return undefined;
    const { count } = this.#row ?? { count: 0 };
    this.#base ??= count - expected;
    const difference = count - (expected + this.#base);
    // Of strays it is not known yet whether they are in.
    return difference > 0 ? Math.max(0, difference - this.#strays.length) : difference;
  }

  /** How many more the sum has than there are records at all. */
  get excess(): number {
    return this.#row && this.#base !== null ? Math.max(0, this.#row.count - this.counted) : 0;
  }

  /** Records that no judged sum covers yet. */
  get unsure(): number {
    return this.#counted - this.#below;
  }

  /** Everything below `cut` has been judged. */
  forget(cut: number, now: number): void {
    this.#judged = Math.max(this.#judged, cut);
    let n = 0;
    while ((this.#offsets[n] ?? cut) < cut) n++;
    if (n === 0) return;
    this.unsureSince = this.#offsets.length > n ? now : null;
    this.#below = this.#counts[n - 1] ?? this.#below;
    this.#offsets.splice(0, n);
    this.#counts.splice(0, n);
  }

  toJSON(): StationSumState {
    return {
      counted: this.#counted,
      steps: this.#offsets.map((offset, i) => [offset, this.#counts[i] as number]),
      below: this.#below,
      judged: this.#judged,
      base: this.#base,
      row: this.#row,
      off: this.off,
      strays: this.#strays,
    };
  }

  #countBelow(cut: number): number | undefined {
    // A query that counts from the beginning again: how many there were then is forgotten.
    if (cut < this.#judged) return undefined;
    let count = this.#below;
    for (const [i, offset] of this.#offsets.entries()) {
      const n = this.#counts[i] as number;
      if (offset >= cut) {
        // Where steps were dropped, the count in between is not known.
        return n === count + 1 ? count : undefined;
      }
      count = n;
    }
    return count;
  }
}
