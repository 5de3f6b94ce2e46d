import type { Evidence } from "../../../schemas/audit.ts";
import type { SumSeen } from "./events.ts";
import type { Findings } from "./findings.ts";
import type { Station } from "./station.ts";

/** Where the query has dealt with each clean partition, by its own word; and when that was read. */
interface Progress {
  readonly cuts: ReadonlyMap<number, number>;
  readonly look: number;
}

interface Row extends Evidence {
  readonly look: number;
}

/** What one partition of the table tells of one clean partition. */
interface Cut {
  readonly below: number;
  /** The first row of the query that tells it: rows before came of a query that was made anew since. */
  readonly since: number;
}

/**
 * The table of sums, held against the records that it counts, at cuts that its query tells.
 *
 * The query counts a clean partition in order. So once a partition of the table shows a row with a cut, every row before
 * it there is final up to that cut: also of a station that had no later record.
 */
export class Summary {
  readonly #findings: Findings;
  /** Per partition of the table and of the clean topic, the newest cut that was read. */
  readonly #cuts = new Map<number, Map<number, Cut>>();
  readonly #rows = new Map<number, Row>();
  #progress: Progress | null = null;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Another table of the same name: nothing of the old one holds. */
  madeAnew(): void {
    this.#cuts.clear();
    this.#rows.clear();
    this.#progress = null;
  }

  /** @param clean - the clean partition of the station. */
  show(station: Station, clean: number, seen: SumSeen, evidence: Evidence, look: number): void {
    const { count, cuts, offset } = seen;
    const known = this.#cuts.get(evidence.partition) ?? new Map<number, Cut>();
    this.#cuts.set(evidence.partition, known);
    for (const [partition, below] of cuts ?? []) {
      const before = known.get(partition);
      // A query's cuts only rise: a lower one is of a query that counts from the beginning again.
      known.set(partition, { below, since: before && below >= before.below ? before.since : offset });
    }
    this.#rows.set(station.id, { ...evidence, look });
    const cut = cuts?.get(clean) ?? null;
    station.sum.show(count === null ? null : { count, cut, partition: evidence.partition, offset });
  }

  /** The query has dealt with the clean topic below these offsets, and its table shows it. */
  progressed(cuts: ReadonlyMap<number, number>, look: number): void {
    this.#progress = { cuts, look };
  }

  /**
   * Hold every station's sum against its records.
   *
   * @param clean - the clean partition of these stations. @param position - how far that has been read.
   * @param caught - everything that it held before this look has been read; @param rows - likewise of the table.
   */
  judge(
    stations: Iterable<Station>,
    clean: number,
    position: number,
    caught: number,
    rows: number,
    now: number,
  ): void {
    for (const station of stations) {
      const { sum } = station;
      const row = this.#rows.get(station.id);
      const evidence = row ? { topic: row.topic, partition: row.partition, offset: row.offset } : null;
      // No sum has more than there is.
      if (row && caught > row.look && sum.excess > 0) {
        this.#found(station, sum.excess, evidence, now);
        continue;
      }
      const cut = this.#cutOf(station, clean, position);
      const difference = cut === undefined ? undefined : sum.difference(cut);
      if (cut !== undefined && difference !== undefined) {
        this.#found(station, difference, evidence, now);
        if (sum.unsure > 0) station.changed = true;
        sum.forget(cut);
        if (difference !== 0) continue;
      }
      // Where a row tells no cut, or none that is new, it may have more by now than the query tells, but not less.
      const told = this.#progress && rows > this.#progress.look ? this.#progress.cuts.get(clean) : undefined;
      const least = told !== undefined && told <= position ? sum.difference(told) : undefined;
      if (least !== undefined && least < 0) this.#found(station, least, evidence, now);
    }
  }

  #found(station: Station, difference: number, evidence: Evidence | null, now: number): void {
    if (difference !== station.sum.off) station.changed = true;
    station.sum.off = difference;
    this.#findings.miscounted(station.id, difference, evidence, now);
  }

  /** Up to which offset the station's row is final, as far as that has been read; undefined: it is not known. */
  #cutOf({ sum }: Station, clean: number, position: number): number | undefined {
    const { row } = sum;
    if (!row || row.cut === null) return undefined;
    const newest = this.#cuts.get(row.partition)?.get(clean);
    if (newest && row.offset >= newest.since && newest.below > row.cut && newest.below <= position) {
      return newest.below;
    }
    return row.cut <= position ? row.cut : undefined;
  }
}
