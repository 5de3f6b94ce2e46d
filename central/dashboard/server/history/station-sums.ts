import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { HEADERS, parseCut, partitionOf } from "../../../../schemas/topics.ts";
import type { Input } from "../model/inputs.ts";

/** Entries per station id. */
export type Counts = ReadonlyMap<number, number>;

/** The entries of a partition's stations below an offset of the clean topic. */
export interface CountsAt {
  readonly offset: number;
  readonly counts: Counts;
}

/**
 * The sums as they are now, each with how far the clean topic is in it: from there the entries of any moment before can be
 * reckoned. Sums of a ksqlDB that writes no such header tell nothing here.
 */
export class StationSums {
  readonly #rows = new Map<number, { readonly count: number; readonly cut: ReadonlyMap<number, number> }>();

  /** @returns the same input. */
  see<I extends Input | null>({ headers }: InRecord, input: I): I {
    if (input?.kind !== "summary") return input;
    const cut = parseCut(headers[HEADERS.cut]);
    if (input.count === null || cut === undefined) this.#rows.delete(input.stationId);
    else this.#rows.set(input.stationId, { count: input.count, cut });
    return input;
  }

  /**
   * Where this partition's sums are. One query writes them all, in the order of its input: a station whose row is older had
   * no entry since. null: nothing is known.
   *
   * @param partitions - of the clean topic.
   * @param regrouped - stations have moved: where no row says how far this partition is, nothing of it is in a sum.
   */
  at(partition: number, partitions: number, regrouped = false): CountsAt | null {
    const counts = new Map<number, number>();
    let offset = regrouped ? 0 : -1;
    for (const [stationId, { count, cut }] of this.#rows) {
      if (partitionOf(stationId, partitions) !== partition) continue;
      offset = Math.max(offset, cut.get(partition) ?? -1);
      counts.set(stationId, count);
    }
    return offset < 0 ? null : { offset, counts };
  }
}
