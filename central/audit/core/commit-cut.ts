/** What dedup says it has dealt with, on its way to a cut. */
interface Learned {
  /** Next offset of the raw partition. */
  readonly next: number;
  /** The look that brought it. */
  readonly look: number;
}

export interface CommitCutState {
  readonly closed: number;
  readonly latest: Learned | null;
}

/**
 * dedup commits its input offset in the transaction of its output. So once that offset was read, everything that came of
 * the raw records below it is below the high-water marks of the next look; and once those are reached, it has been read.
 */
export class CommitCut {
  /** Every output of the raw records below this offset has been read. */
  #closed: number;
  #latest: Learned | null;
  #pending: Learned | null = null;

  constructor(state?: CommitCutState) {
    this.#closed = state?.closed ?? 0;
    this.#latest = state?.latest ?? null;
  }

  get closed(): number {
    return this.#closed;
  }

  /** The newest offset that dedup has reported; null: none yet. */
  get reported(): number | null {
    return this.#latest?.next ?? null;
  }

  learn(next: number, look: number): void {
    this.#latest = { next, look };
  }

  /** Offsets begin again: dedup's with them. */
  reset(): void {
    this.#closed = 0;
    this.#latest = null;
    this.#pending = null;
  }

  /**
   * @param caught - everything that the outputs held before this look has been read.
   * @param position - the next offset of the raw partition to be read.
   * @returns the offset up to which is to be judged now; undefined: none.
   */
  close(caught: number, position: number): number | undefined {
    this.#pending ??= this.#latest && this.#latest.next > this.#closed ? this.#latest : null;
    if (!this.#pending || caught <= this.#pending.look || position < this.#pending.next) return undefined;
    this.#closed = this.#pending.next;
    this.#pending = null;
    return this.#closed;
  }

  toJSON(): CommitCutState {
    return { closed: this.#closed, latest: this.#latest };
  }
}
