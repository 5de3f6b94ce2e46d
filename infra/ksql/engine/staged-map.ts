/** A map whose changes stay aside until they are committed; its user sees them, readers of `committed` do not. */
export class StagedMap<V> {
  readonly #committed = new Map<string, V>();
  #changed = new Map<string, V | undefined>();

  get(id: string): V | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.#committed.get(id);
  }

  /** undefined forgets. */
  set(id: string, value: V | undefined): void {
    this.#changed.set(id, value);
  }

  committed(id: string): V | undefined {
    return this.#committed.get(id);
  }

  /** Committed values. */
  values(): Iterable<V> {
    return this.#committed.values();
  }

  get size(): number {
    return this.#committed.size;
  }

  /** The last change of each id since `commit`. */
  changes(): Iterable<[string, V | undefined]> {
    return this.#changed;
  }

  commit(): void {
    for (const [id, value] of this.#changed) this.restore(id, value);
    this.#changed = new Map();
  }

  /** What was committed before. */
  restore(id: string, value: V | undefined): void {
    if (value === undefined) this.#committed.delete(id);
    else this.#committed.set(id, value);
  }
}
