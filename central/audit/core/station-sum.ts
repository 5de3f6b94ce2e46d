/** Records of one station at consecutive offsets of the clean topic, and how many there are up to the first of them. */
type Step = readonly [offset: number, count: number, records?: number];

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

/** The same, in the making. */
interface Run {
  first: number;
  last: number;
  /** How many there are up to the last. */
  count: number;
}

/** So many runs that no row covers yet are remembered: then every other one is forgotten. */
const MAX_STEPS = 4_096;

/**
 * The records of one station in the clean topic, held against the station's sum.
 *
 * It counts whatever has this station in its value, because that is what the query counts.
 */
export class StationSum {
  #counted: number;
  /** The records that no judged row covers, ascending. */
  #runs: Run[];
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
    this.#runs = (state?.steps ?? []).map(runOf);
    this.#below = state?.below ?? 0;
    this.#judged = state?.judged ?? 0;
    this.#base = state ? state.base : whole ? 0 : null;
    this.#row = state?.row ?? null;
    this.off = state?.off ?? 0;
    this.#strays = [...(state?.strays ?? [])];
    // Before a restart: long enough ago.
    this.unsureSince = this.#runs.length > 0 ? 0 : null;
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
    const last = this.#runs.at(-1);
    if (last && offset === last.last + 1) {
      last.last = offset;
      last.count = this.#counted;
      return;
    }
    this.#runs.push({ first: offset, last: offset, count: this.#counted });
    if (this.#runs.length <= MAX_STEPS) return;
    // The last one stays: it is the count of all.
    this.#runs = this.#runs.filter((_, i, { length }) => (length - 1 - i) % 2 === 0);
  }

  /** Records were deleted unread: the next row is taken on trust. */
  rebase(): void {
    this.#base = null;
  }

  /** Its records are in another partition from this offset on. Of what no row has covered the next one is taken on trust. */
  moved(from: number): void {
    if (this.unsure > 0) this.rebase();
    this.#runs = [];
    this.#below = this.#counted;
    this.#judged = from;
    this.#row = this.#row && { ...this.#row, cut: null };
    this.unsureSince = null;
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
    const [oldest] = this.#runs;
    if (!oldest || oldest.first >= cut) return;
    const left = this.#runs.filter(({ last }) => last >= cut);
    this.#below = this.#runs[this.#runs.length - left.length - 1]?.count ?? this.#below;
    const [cutThrough] = left;
    if (cutThrough && cutThrough.first < cut) {
      this.#below = countBefore(cutThrough, cut);
      cutThrough.first = cut;
    }
    this.#runs = left;
    this.unsureSince = left.length > 0 ? now : null;
  }

  toJSON(): StationSumState {
    return {
      counted: this.#counted,
      steps: this.#runs.map(stepOf),
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
    for (const run of this.#runs) {
      if (run.last < cut) {
        count = run.count;
        continue;
      }
      if (run.first < cut) return countBefore(run, cut);
      // Where runs were forgotten, the count in between is not known.
      return countBefore(run, run.first) === count ? count : undefined;
    }
    return count;
  }
}

/** How many records there are before one of the run's. */
function countBefore({ last, count }: Run, offset: number): number {
  return count - (last - offset + 1);
}

function runOf([first, count, records = 1]: Step): Run {
  return { first, last: first + records - 1, count: count + records - 1 };
}

function stepOf(run: Run): Step {
  const { first, last } = run;
  const count = countBefore(run, first) + 1;
  return last === first ? [first, count] : [first, count, last - first + 1];
}
