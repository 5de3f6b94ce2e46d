import type { FleetVerdict } from "../../../schemas/audit.ts";
import { ageWords, counted } from "../words.ts";
import type { FleetCounts } from "./fleet-auditor.ts";

/** Events that wait for no longer than this are live traffic, ms. */
const YOUNG_MS = 10_000;
/** A writer that has not moved for so long, while events wait, stands still, ms. */
const STALLED_MS = 10_000;

/** How far Kafka, the writer and the audit are, and since when. Times are wall clock, epoch ms. */
export class FleetWatch {
  readonly #ends = new Map<number, number>();
  readonly #writer = new Map<number, number>();
  #asOf: number | null = null;
  #trouble: { readonly reason: string; readonly since: number } | null = null;
  #moved: { readonly at: number; readonly total: number } | null = null;
  #waitingSince: number | null = null;

  partition(partition: number, end: number, writer: number): void {
    this.#ends.set(partition, end);
    this.#writer.set(partition, writer);
  }

  looked(now: number): void {
    this.#asOf = now;
    this.#trouble = null;
    const total = sum(this.#writer);
    if (total !== this.#moved?.total) this.#moved = { at: now, total };
    if (this.#waiting === 0) this.#waitingSince = null;
    else this.#waitingSince ??= now;
  }

  trouble(reason: string, now: number): void {
    this.#trouble = { reason, since: this.#trouble?.since ?? now };
  }

  /** @param open - how many findings of the table are open. null: nothing was ever seen. */
  verdict(
    { records, rows, repeated, deadLetters }: FleetCounts,
    open: number,
    now: number,
  ): FleetVerdict | null {
    if (this.#asOf === null) return null;
    const waiting = this.#waiting;
    const words = this.#words(waiting, now);
    const state = open > 0 ? "broken" : words.state;
    const found = open > 0 ? [`${counted(open, "finding", "findings")} about PostgreSQL's table.`] : [];
    const reasons = [...found, ...words.reasons];
    return {
      state,
      asOf: this.#asOf,
      reasons,
      inKafka: sum(this.#ends),
      waiting,
      audited: records,
      rows,
      repeated,
      deadLetters,
    };
  }

  get #waiting(): number {
    let waiting = 0;
    for (const [partition, end] of this.#ends)
      waiting += Math.max(0, end - (this.#writer.get(partition) ?? 0));
    return waiting;
  }

  #words(waiting: number, now: number): Pick<FleetVerdict, "state" | "reasons"> {
    if (this.#trouble) {
      const { reason, since } = this.#trouble;
      return { state: "stalled", reasons: [`Vehicles: ${reason}, since ${ageWords(now - since)}.`] };
    }
    const since = this.#waitingSince ?? now;
    if (waiting === 0 || now - since <= YOUNG_MS) return { state: "holds", reasons: [] };
    const wait = `Vehicles: ${counted(waiting, "event waits", "events wait")} in Kafka for PostgreSQL`;
    const still = now - Math.max(since, this.#moved?.at ?? 0);
    if (still > STALLED_MS) {
      return { state: "stalled", reasons: [`${wait}; the writer has not moved for ${ageWords(still)}.`] };
    }
    return { state: "catching-up", reasons: [`${wait}; they move.`] };
  }
}

function sum(numbers: ReadonlyMap<number, number>): number {
  let total = 0;
  for (const n of numbers.values()) total += n;
  return total;
}
