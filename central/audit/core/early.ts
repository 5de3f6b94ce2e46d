import type { SeqRange } from "../../../schemas/records.ts";
import type { SliceAt } from "./events.ts";

/** Numbers of one boot that the output showed, beginning with this record. */
export interface ShownRun extends SeqRange {
  readonly bootId: number;
  readonly partition: number;
  readonly at: number;
}

/** Numbers that the output showed before the input was read so far. */
export interface EarlyRun extends ShownRun {
  /** The look at Kafka that brought the last of them. */
  readonly look: number;
  /** The place of the first of them among all that came too early. */
  readonly ordinal: number;
}

/** Numbers that the output showed behind others, of which it is not known yet whether the input has them in front. */
type Overtaken = Omit<EarlyRun, "look">;

/** How many runs of numbers are remembered that may turn out to be out of order: the newest. */
const MAX_OVERTAKEN = 256;

export interface EarlyState {
  readonly runs: readonly EarlyRun[];
  readonly overtaken: readonly Overtaken[];
}

/**
 * What an output shows before its input has been read so far. The input says later whether it is rightly there, and
 * whether it came in order.
 */
export class Early {
  #runs: EarlyRun[];
  #overtaken: Overtaken[];
  #ordinals: number;

  constructor(state?: EarlyState) {
    this.#runs = [...(state?.runs ?? [])];
    this.#overtaken = [...(state?.overtaken ?? [])];
    this.#ordinals = this.#runs.reduce((end, run) => Math.max(end, ordinalOf(run, run.to) + 1), 0);
  }

  /** How many numbers. */
  get count(): number {
    return this.#runs.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  has(bootId: number): boolean {
    return this.#runs.some((run) => run.bootId === bootId);
  }

  /** The greatest of these numbers that is here; undefined: none is. */
  last(run: SeqRange & { readonly bootId: number }): number | undefined {
    return this.#runs.length === 0 ? undefined : this.#parts(run).at(-1)?.to;
  }

  /** The output shows a number that the input has not shown. */
  note(
    bootId: number,
    seq: number,
    offset: number,
    { partition, look }: Pick<SliceAt, "partition" | "look">,
  ): void {
    const ordinal = this.#ordinals++;
    const last = this.#runs.at(-1);
    const joins = last?.bootId === bootId && last.to + 1 === seq && last.partition === partition;
    if (joins && ordinalOf(last, seq) === ordinal)
      this.#runs[this.#runs.length - 1] = { ...last, to: seq, look };
    else this.#runs.push({ bootId, from: seq, to: seq, partition, at: offset, look, ordinal });
  }

  /** The output shows a number that the input has: there it stands before all of these. */
  passedBy(bootId: number, seq: number, offset: number, partition: number): void {
    if (this.#runs.length === 0) return;
    this.#overtake({ bootId, from: seq, to: seq, partition, at: offset, ordinal: this.#ordinals });
  }

  /**
   * The input shows these numbers: those of them that are here are rightly there.
   *
   * @returns what is known by now to have come behind numbers that the input has later.
   */
  shown(run: SeqRange & { readonly bootId: number }): readonly ShownRun[] {
    if (this.#runs.length === 0) return [];
    const late = this.#parts(run).flatMap(({ look: _, ...part }) => {
      const behind = this.#overtaken.filter(({ ordinal }) => ordinal > part.ordinal);
      this.#overtaken = this.#overtaken.filter(({ ordinal }) => ordinal <= part.ordinal);
      this.#overtake(part);
      return behind;
    });
    this.confirm(run);
    // What stands behind nothing any more was in order.
    const first = this.#runs[0]?.ordinal ?? Number.POSITIVE_INFINITY;
    this.#overtaken = this.#overtaken.filter(({ ordinal }) => ordinal > first);
    return late.map(({ ordinal: _, ...shown }) => shown);
  }

  /** These are rightly there, whatever the order. */
  confirm({ bootId, from, to }: SeqRange & { readonly bootId: number }): void {
    if (this.#runs.length === 0) return;
    this.#runs = this.#runs.flatMap((run) => {
      if (run.bootId !== bootId || run.to < from || run.from > to) return [run];
      return [
        ...(run.from < from ? [{ ...run, to: from - 1 }] : []),
        ...(run.to > to ? [{ ...run, from: to + 1, ordinal: ordinalOf(run, to + 1) }] : []),
      ];
    });
  }

  /** @returns what looks before `look` brought, which is here no more. */
  before(look: number): readonly EarlyRun[] {
    if (this.#runs.length === 0) return [];
    const before = this.#runs.filter((run) => run.look < look);
    if (before.length > 0) this.#runs = this.#runs.filter((run) => run.look >= look);
    if (this.#runs.length === 0) this.#overtaken = [];
    return before;
  }

  toJSON(): EarlyState {
    return { runs: this.#runs, overtaken: this.#overtaken };
  }

  /** What is here of these numbers, ascending: as the input has them. */
  #parts({ bootId, from, to }: SeqRange & { readonly bootId: number }): readonly EarlyRun[] {
    return this.#runs
      .filter((run) => run.bootId === bootId && run.from <= to && run.to >= from)
      .map((run) => {
        const first = Math.max(run.from, from);
        return { ...run, from: first, to: Math.min(run.to, to), ordinal: ordinalOf(run, first) };
      })
      .sort((x, y) => x.from - y.from);
  }

  #overtake(run: Overtaken): void {
    this.#overtaken.push(run);
    if (this.#overtaken.length > MAX_OVERTAKEN) this.#overtaken.shift();
  }
}

function ordinalOf({ ordinal, from }: EarlyRun, seq: number): number {
  return ordinal + seq - from;
}
