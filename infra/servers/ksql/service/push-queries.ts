/** The push queries that clients have open on this instance. */
export class PushQueries {
  readonly #open = new Map<string, { readonly sql: string; readonly stop: () => void }>();
  #count = 0;

  /** An id as ksqlDB gives: `transient_TURNSTILE_17`. */
  nextId(source: string, scalable: boolean): string {
    return `${scalable ? "SCALABLE_PUSH_QUERY" : "transient"}_${source}_${++this.#count}`;
  }

  get size(): number {
    return this.#open.size;
  }

  add(id: string, sql: string, stop: () => void): void {
    this.#open.set(id, { sql, stop });
  }

  remove(id: string): void {
    this.#open.delete(id);
  }

  has(id: string): boolean {
    return this.#open.has(this.#known(id));
  }

  /** @returns whether there was such a query. */
  close(id: string): boolean {
    const known = this.#known(id);
    const query = this.#open.get(known);
    this.#open.delete(known);
    query?.stop();
    return query !== undefined;
  }

  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }

  list(): readonly { readonly id: string; readonly sql: string }[] {
    return [...this.#open].map(([id, { sql }]) => ({ id, sql }));
  }

  /** Statements write ids in upper case unless quoted. */
  #known(id: string): string {
    if (this.#open.has(id)) return id;
    return [...this.#open.keys()].find((open) => open.toUpperCase() === id.toUpperCase()) ?? id;
  }
}
