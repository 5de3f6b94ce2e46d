import type { Evidence } from "../../../schemas/audit.ts";
import type { SumSeen } from "./events.ts";
import type { Findings } from "./findings.ts";
import type { StationAudit } from "./station.ts";
import { TableCuts } from "./table-cuts.ts";

/** Where the query has dealt with each clean partition, by its own word; and when that was read. */
interface Progress {
  readonly cuts: ReadonlyMap<number, number>;
  readonly look: number;
}

interface Row extends Evidence {
  readonly look: number;
}

/** The table of sums, held against the records that it counts, at cuts that its query tells. */
export class Summary {
  readonly #findings: Findings;
  readonly #cuts: TableCuts;
  readonly #rows = new Map<number, Row>();
  #progress: Progress | null = null;
  /** Everything that the table held before this look has been read. */
  #read = 0;

  /** @param partitions - of the table. */
  constructor(findings: Findings, partitions: number) {
    this.#findings = findings;
    this.#cuts = new TableCuts(partitions);
  }

  /** Another table of the same name: nothing of the old one holds. */
  madeAnew(): void {
    this.#cuts.clear();
    this.#rows.clear();
    this.#progress = null;
  }

  /** @param clean - the clean partition of the station. */
  show(station: StationAudit, clean: number, seen: SumSeen, evidence: Evidence, look: number): void {
    const { count, cuts, ownCut, offset } = seen;
    const { partition } = evidence;
    for (const [of, below] of cuts ?? []) this.#cuts.report(partition, of, { below, offset, look });
    this.#rows.set(station.id, { ...evidence, look });
    const cut = cuts?.get(clean) ?? ownCut?.get(clean) ?? null;
    station.sum.show(count === null ? null : { count, cut, partition, offset });
  }

  /** The query has dealt with the clean topic below these offsets, and its table shows it. */
  progressed(cuts: ReadonlyMap<number, number>, look: number): void {
    this.#progress = { cuts, look };
  }

  /** @param looks - per partition of the table: everything that it held before this look has been read. */
  readBefore(looks: readonly number[]): void {
    this.#read = Math.min(...looks);
    for (const [partition, look] of looks.entries()) this.#cuts.readBefore(partition, look);
  }

  /**
   * Hold every station's sum against its records.
   *
   * @param clean - the clean partition of these stations. @param position - how far that has been read.
   * @param caught - everything that it held before this look has been read.
   */
  judge(
    stations: Iterable<StationAudit>,
    clean: number,
    position: number,
    caught: number,
    now: number,
  ): void {
    for (const station of stations) {
      const { sum } = station;
      const row = this.#rows.get(station.id);
      const evidence = row ? { topic: row.topic, partition: row.partition, offset: row.offset } : null;
      if (row) sum.countStrays((of, offset) => (this.#cuts.final(row.partition, of)?.below ?? 0) > offset);
      const cut = this.#cutOf(station, clean, position);
      const difference = cut === undefined ? undefined : sum.difference(cut);
      if (cut !== undefined && difference !== undefined) {
        this.#found(station, difference, evidence, now);
        if (sum.unsure > 0) station.changed = true;
        sum.forget(cut, now);
        if (difference !== 0) continue;
      }
      // No sum has more than there is. What is on its way into it hides as much of that: this is the least.
      if (row && caught > row.look && sum.excess > Math.max(0, sum.off)) {
        this.#found(station, sum.excess, evidence, now);
        continue;
      }
      // Where a row tells no cut, or none that is new, it may have more by now than the query tells, but not less.
      const boundary =
        this.#progress && this.#read > this.#progress.look ? this.#progress.cuts.get(clean) : undefined;
      const least = boundary !== undefined && boundary <= position ? sum.difference(boundary) : undefined;
      if (least !== undefined && least < Math.min(0, sum.off)) this.#found(station, least, evidence, now);
    }
  }

  #found(station: StationAudit, difference: number, evidence: Evidence | null, now: number): void {
    if (difference !== station.sum.off) station.changed = true;
    station.sum.off = difference;
    this.#findings.miscounted(station.id, difference, evidence, now);
  }

  /** Up to which offset the station's row is final, as far as that has been read; undefined: it is not known. */
  #cutOf({ sum }: StationAudit, clean: number, position: number): number | undefined {
    const { row } = sum;
    // Without a row it is not known in which partition of the table one would be.
    if (!row) {
      const least = this.#cuts.least(clean);
      return least !== undefined && least <= position ? least : undefined;
    }
    if (row.cut === null) return undefined;
    const final = this.#cuts.final(row.partition, clean);
    if (final && row.offset >= final.since && final.below > row.cut && final.below <= position)
      return final.below;
    return row.cut <= position ? row.cut : undefined;
  }
}
