/** The next offset to read of each topic and partition. What is not in it is not read. */
export class Positions {
  readonly #next = new Map<string, Map<number, number>>();

  set(topic: string, partition: number, next: number): void {
    const partitions = this.#next.get(topic) ?? new Map<number, number>();
    partitions.set(partition, next);
    this.#next.set(topic, partitions);
  }

  get(topic: string, partition: number): number | undefined {
    return this.#next.get(topic)?.get(partition);
  }

  /** Never back: what was delivered once is not delivered again. */
  advance(topic: string, partition: number, next: number): void {
    const current = this.get(topic, partition);
    if (current !== undefined && next > current) this.set(topic, partition, next);
  }

  /** The positions of a topic that has these partitions now, in their order. */
  replace(topic: string, next: readonly number[]): void {
    this.#next.set(topic, new Map(next.entries()));
  }

  /** Is every position of `ends` reached? */
  reached(ends: Positions): boolean {
    for (const [topic, partition, end] of ends.entries()) {
      if ((this.get(topic, partition) ?? 0) < end) return false;
    }
    return true;
  }

  topics(): string[] {
    return [...this.#next.keys()];
  }

  *entries(): Generator<[topic: string, partition: number, next: number]> {
    for (const [topic, partitions] of this.#next) {
      for (const [partition, next] of partitions) yield [topic, partition, next];
    }
  }
}
