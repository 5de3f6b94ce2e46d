import type { SeqRange } from "../../../schemas/records.ts";
import { RangeSet } from "../core/ranges.ts";

export interface GroupState {
  readonly rows: readonly SeqRange[];
  readonly count: number;
  readonly hash: string;
  readonly known: boolean;
  readonly blurred: number;
  readonly strangers: readonly SeqRange[];
  readonly changes: readonly (readonly [sequence: number, hash: string])[];
}

/** Numbers that were found are kept as at most so many ranges: beyond, the lowest gaps are closed. */
const MAX_RANGES = 1_000;

/** So many changed rows are remembered as they were found. */
const MAX_CHANGES = 64;

/** What the auditor knows of a vehicle's rows of one boot. */
export class Group {
  /** Numbers of events that were read from Kafka and found in the table as they were sent. */
  readonly rows: RangeSet;
  /** What the table must hold: rows and the sum of their hashes. */
  #count: number;
  #hash: bigint;
  /** Whether that counts rows from before the audit too. */
  #known: boolean;
  /** Up to here `rows` may hold numbers that were never found, because gaps were closed. */
  #blurred: number;
  /** Numbers of rows that this system's Kafka never had, as they were looked at last. */
  readonly #strangers: RangeSet;
  /** Rows that were found changed, by number, with their hashes then. */
  readonly #changes: Map<number, bigint>;
  changed = true;

  /** @param known - there was no such group in the table when the whole table was looked through. */
  constructor(state?: GroupState, known = false) {
    this.rows = new RangeSet(state?.rows);
    this.#count = state?.count ?? 0;
    this.#hash = BigInt(state?.hash ?? 0);
    this.#known = state?.known ?? known;
    this.#blurred = state?.blurred ?? 0;
    this.#strangers = new RangeSet(state?.strangers);
    this.#changes = new Map(state?.changes.map(([sequence, hash]) => [sequence, BigInt(hash)]));
  }

  /** A row is not what its event says. @returns whether that is news. */
  altered(sequence: number, hash: bigint): boolean {
    if (this.#changes.get(sequence) === hash) return false;
    this.#changes.delete(sequence);
    this.#changes.set(sequence, hash);
    for (const oldest of this.#changes.keys()) {
      if (this.#changes.size <= MAX_CHANGES) break;
      this.#changes.delete(oldest);
    }
    this.changed = true;
    return true;
  }

  /** @returns false: it was found before. */
  found(sequence: number, hash: bigint): boolean {
    if (this.rows.add(sequence, sequence).length === 0) return false;
    this.#blurred = Math.max(this.#blurred, this.rows.close(MAX_RANGES));
    this.#count++;
    this.#hash = BigInt.asUintN(64, this.#hash + hash);
    this.changed = true;
    return true;
  }

  /**
   * Hold it against what the table says. The first time, what the table has beyond is from before the audit.
   *
   * @returns whether they agree.
   */
  agrees(count: number, hash: bigint): boolean {
    if (this.#known) return count === this.#count && hash === this.#hash;
    if (count < this.#count) return false;
    this.take(count, hash);
    return true;
  }

  /** The numbers that were found and are not among these. @param there - ascending. */
  missing(there: readonly number[]): readonly SeqRange[] {
    const rest = new RangeSet(this.rows.toJSON());
    for (const sequence of there) rest.remove(sequence, sequence);
    if (this.#blurred > 0) rest.remove(0, this.#blurred);
    return rest.toJSON();
  }

  /** Which of these rows are neither found nor known to be strangers. */
  unknown(numbers: readonly number[]): readonly number[] {
    return numbers.filter((n) => !this.rows.has(n) && !this.#strangers.has(n));
  }

  /** What the table says is what it must hold from now on. @param strangers - rows that were looked at for it. */
  take(count: number, hash: bigint, strangers: readonly number[] = []): void {
    for (const n of strangers) this.#strangers.add(n, n);
    this.#strangers.close(MAX_RANGES);
    this.#count = count;
    this.#hash = hash;
    this.#known = true;
    this.changed = true;
  }

  /** How many rows more than expected; negative: fewer. */
  excess(count: number): number {
    return count - this.#count;
  }

  toJSON(): GroupState {
    return {
      rows: this.rows.toJSON(),
      count: this.#count,
      hash: String(this.#hash),
      known: this.#known,
      blurred: this.#blurred,
      strangers: this.#strangers.toJSON(),
      changes: [...this.#changes].map(([sequence, hash]) => [sequence, String(hash)]),
    };
  }
}
