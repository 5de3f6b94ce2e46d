/** How far the clean partition is in a partition of the table, as one of its rows tells. */
interface ReportedCut {
  /** Everything below this offset of the clean partition. */
  readonly below: number;
  /** Of the row. */
  readonly offset: number;
  /** The look that brought the row. */
  readonly look: number;
}

interface FinalCut {
  readonly below: number;
  /** The first row of the query that gave this cut. Earlier rows are of a query that was replaced since. */
  readonly since: number;
}

interface Cuts {
  newest: ReportedCut & FinalCut;
  final: FinalCut | null;
}

/**
 * The query counts a clean partition in order, and its table has a row per transaction and changed station, with the cut
 * of that transaction. Once all rows of a transaction have been read, every row of that partition of the table is final
 * up to the cut: also of a station that had no later record.
 */
export class TableCuts {
  /** Per partition of the table, per clean partition. */
  readonly #cuts: readonly Map<number, Cuts>[];

  /** @param partitions - of the table. */
  constructor(partitions: number) {
    this.#cuts = Array.from({ length: partitions }, () => new Map());
  }

  clear(): void {
    for (const cuts of this.#cuts) cuts.clear();
  }

  report(partition: number, clean: number, cut: ReportedCut): void {
    const cuts = this.#cuts[partition];
    if (!cuts) return;
    const before = cuts.get(clean);
    // A query's cuts only rise: a lower one is of a query that counts from the beginning again.
    const rises = before && cut.below >= before.newest.below;
    const newest = { ...cut, since: rises ? before.newest.since : cut.offset };
    if (!before || !rises) cuts.set(clean, { newest, final: null });
    // Rows of one transaction have one cut, and may be read in two looks: a greater one is of a later transaction.
    else if (cut.below > before.newest.below) cuts.set(clean, { newest, final: before.newest });
    else before.newest = newest;
  }

  /** Everything that this partition of the table held before look `look` has been read. */
  readBefore(partition: number, look: number): void {
    for (const cuts of this.#cuts[partition]?.values() ?? []) {
      if (cuts.newest.look < look) cuts.final = cuts.newest;
    }
  }

  /** null: none is known. */
  final(partition: number, clean: number): FinalCut | null {
    return this.#cuts[partition]?.get(clean)?.final ?? null;
  }

  /** How far the clean partition is in every partition of the table; undefined: in one of them it is not known. */
  least(clean: number): number | undefined {
    const finals = this.#cuts.map((cuts) => cuts.get(clean)?.final?.below);
    return finals.includes(undefined) ? undefined : Math.min(...(finals as number[]));
  }
}
