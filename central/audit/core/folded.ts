export interface FoldedState {
  readonly complete: readonly (readonly [bootId: number, numbered: number])[];
  readonly forgotten: number;
  readonly numbered: number;
  readonly seen: number;
}

/** Complete boots remembered each by its last number. */
const COMPLETE = 1_024;

/** Boots of a device that are over: of each complete one a number, of the others sums. Bounded however many there were. */
export class FoldedBoots {
  /** Oldest first. */
  readonly #complete: Map<number, number>;
  #forgotten: number;
  #numbered: number;
  #seen: number;

  constructor(state?: FoldedState) {
    this.#complete = new Map(state?.complete);
    this.#forgotten = state?.forgotten ?? 0;
    this.#numbered = state?.numbered ?? 0;
    this.#seen = state?.seen ?? 0;
  }

  /** Numbers of all of them, and how many of those the clean topic showed. */
  get sums(): { readonly numbered: number; readonly seen: number } {
    return { numbered: this.#numbered, seen: this.#seen };
  }

  add(bootId: number, numbered: number, seen: number): void {
    this.#numbered += numbered;
    this.#seen += seen;
    if (seen === numbered) this.#complete.set(bootId, numbered);
    else this.#forgotten = Math.max(this.#forgotten, bootId);
    if (this.#complete.size <= COMPLETE) return;
    const [oldest] = this.#complete.keys();
    this.#complete.delete(oldest ?? 0);
    this.#forgotten = Math.max(this.#forgotten, oldest ?? 0);
  }

  /** A complete boot is to be looked at again. @returns its last number; undefined: it is not among them. */
  take(bootId: number): number | undefined {
    const numbered = this.#complete.get(bootId);
    if (numbered === undefined) return undefined;
    this.#complete.delete(bootId);
    this.#numbered -= numbered;
    this.#seen -= numbered;
    return numbered;
  }

  /** Is it so old that nothing can be said of it any more? */
  isForgotten(bootId: number): boolean {
    return bootId <= this.#forgotten && !this.#complete.has(bootId);
  }

  toJSON(): FoldedState {
    return {
      complete: [...this.#complete],
      forgotten: this.#forgotten,
      numbered: this.#numbered,
      seen: this.#seen,
    };
  }
}
