interface Mark {
  readonly look: number;
  readonly end: number;
}

/**
 * How far one partition has been read, against what it held at each look: what was in it before look `caught` has been
 * read. That is how a cut closes: a fact that was learned before a look is held against everything that was there then.
 */
export class ReadingProgress {
  /** The next offset to read; null: never read. */
  position: number | null = null;
  /** The newest look whose high-water mark has been reached. */
  caught = 0;
  #target: Mark | null = null;
  #newest: Mark | null = null;

  observe(look: number, next: number, end: number): void {
    this.position = next;
    this.#newest = { look, end };
    this.#target ??= this.#newest;
    if (next < this.#target.end) return;
    this.caught = this.#target.look;
    this.#target = this.#newest;
    if (next < this.#target.end) return;
    this.caught = this.#target.look;
    this.#target = null;
  }

  /** Offsets begin again. */
  reset(): void {
    this.#target = null;
    this.#newest = null;
  }

  /** How many offsets are left to read, as far as Kafka has told. */
  get behind(): number {
    return Math.max(0, (this.#newest?.end ?? 0) - (this.position ?? 0));
  }
}
