import type { SeqRange } from "../../../schemas/records.ts";
import { Early, type EarlyRun, type EarlyState, type ShownRun } from "./early.ts";
import type { Contents, SliceAt } from "./events.ts";
import { RangeSet } from "./ranges.ts";

/** Numbers of one boot that an output must still show, in the order in which they must come. */
export interface ExpectedRun extends SeqRange {
  readonly bootId: number;
  /** Offset of the input record they came with; the greatest, of several. */
  readonly at: number;
  /** That record's timestamp, epoch ms. */
  readonly since: number;
  /** What each number's content comes to; null: not known any more. */
  readonly contents: Contents | null;
}

/** Its own copy of a run: of almost every reading only the beginning moves. */
type Waiting = ExpectedRun & { from: number };

/** What one record of the output is, against what was expected. */
export type Passing =
  | { readonly what: "expected"; readonly at: number; readonly content: number | undefined }
  | { readonly what: "doubled" | "out-of-order" | "early" };

/** A device that is behind by more runs than this has the newest ones merged: their contents are not compared. */
const MAX_RUNS = 256;

export interface ExpectationState {
  readonly assumed?: readonly (readonly [bootId: number, ranges: readonly SeqRange[]])[];
  readonly seen: readonly (readonly [bootId: number, ranges: readonly SeqRange[]])[];
  readonly expected: readonly ExpectedRun[];
  readonly skipped: readonly ExpectedRun[];
  readonly early: EarlyState;
}

/**
 * What one output must show of one device: each number once, in the order of the input. What is left out is known at
 * once, and is said to be lost only at a cut (delivery rule 9).
 */
export class Expectation {
  readonly #seen: Map<number, RangeSet>;
  /** They may come once more or not at all: the output was not looked at when the input showed them. */
  readonly #assumed: Map<number, RangeSet>;
  #expected: Waiting[];
  /** The output went on behind these. */
  #skipped: ExpectedRun[];
  readonly #early: Early;
  #waiting: number;

  constructor(state?: ExpectationState) {
    this.#seen = new Map(state?.seen.map(([bootId, ranges]) => [bootId, new RangeSet(ranges)]));
    this.#assumed = new Map(state?.assumed?.map(([bootId, ranges]) => [bootId, new RangeSet(ranges)]));
    this.#expected = (state?.expected ?? []).map(restored);
    this.#skipped = [...(state?.skipped ?? [])];
    this.#early = new Early(state?.early);
    this.#waiting = count(this.#expected) + count(this.#skipped);
  }

  /** How many numbers are expected and have not come. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many numbers came before the input was read so far. */
  get early(): number {
    return this.#early.count;
  }

  /** The timestamp of the oldest input that waits, epoch ms; null: nothing waits. */
  get oldest(): number | null {
    const [first] = this.#expected;
    const times = [...this.#skipped, ...(first ? [first] : [])].map(({ since }) => since);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** The numbers of a boot that the output has shown. */
  seen(bootId: number): RangeSet {
    let ranges = this.#seen.get(bootId);
    if (!ranges) {
      ranges = new RangeSet();
      this.#seen.set(bootId, ranges);
    }
    return ranges;
  }

  /** The boot's numbers are counted elsewhere from now on. */
  forget(bootId: number): void {
    this.#seen.delete(bootId);
    this.#assumed.delete(bootId);
  }

  /** The input shows a number, and the output is not read now: it may come or not. */
  assume(bootId: number, seq: number): void {
    let ranges = this.#assumed.get(bootId);
    if (!ranges) {
      ranges = new RangeSet();
      this.#assumed.set(bootId, ranges);
    }
    ranges.addOne(seq);
  }

  /** Is anything of this boot on its way? */
  pending(bootId: number): boolean {
    const ofBoot = (run: { readonly bootId: number }): boolean => run.bootId === bootId;
    return this.#expected.some(ofBoot) || this.#skipped.some(ofBoot) || this.#early.has(bootId);
  }

  /**
   * The input shows these numbers for the first time. What the output has shown already is not waited for.
   *
   * @returns what the output is known by now to have shown behind numbers that the input has later.
   */
  expect(run: ExpectedRun): readonly ShownRun[] {
    const gone = this.#early.last(run);
    if (gone !== undefined) {
      // The output had gone on behind all that the input has before this number.
      for (const passed of this.#expected.splice(0)) this.#skip(passed);
    }
    for (const { from, to } of this.seen(run.bootId).missing(run.from, run.to)) {
      if (gone !== undefined && to < gone) {
        this.#waiting += to - from + 1;
        this.#skip({ ...run, from, to });
      } else this.#push(run, from, to);
    }
    return this.#early.shown(run);
  }

  /**
   * The input shows these numbers for the first time, behind later ones. The output may have them in the order of their
   * numbers: it came of an input that was not read.
   */
  expectAnywhere(run: ExpectedRun): void {
    for (const { from, to } of this.seen(run.bootId).missing(run.from, run.to)) {
      const found = this.#expected.findIndex((later) => later.bootId === run.bootId && later.from > to);
      const index = found < 0 ? this.#expected.length : found;
      this.#waiting += to - from + 1;
      // Offsets rise in it: the later ones are judged together with this one.
      const behind = this.#expected.splice(index).map((later) => ({ ...later, at: run.at }));
      this.#expected.push({ ...run, from, to }, ...behind);
    }
    this.#early.shown(run);
  }

  /**
   * The output shows a number.
   *
   * @param offset - of the record. @param at - where it was read.
   */
  pass(bootId: number, seq: number, offset: number, at: Pick<SliceAt, "partition" | "look">): Passing {
    const seen = this.seen(bootId);
    if (seen.has(seq)) return { what: "doubled" };
    const index = this.#indexOf(bootId, seq);
    if (index >= 0) {
      this.#early.passedBy(bootId, seq, offset, at.partition);
      return this.#takeExpected(index, seq, seen);
    }
    seen.addOne(seq);
    const assumed = this.#assumed.get(bootId);
    if (assumed?.has(seq)) {
      assumed.remove(seq, seq);
      return { what: "expected", at: -1, content: undefined };
    }
    const skipped = this.#skipped.findIndex((run) => covers(run, bootId, seq));
    if (skipped >= 0) {
      this.#takeSkipped(skipped, seq);
      return { what: "out-of-order" };
    }
    this.#early.note(bootId, seq, offset, at);
    return { what: "early" };
  }

  /**
   * The input below `at` has been dealt with, and the output that came of it has been read.
   *
   * @returns what should have come and did not, in the order of the input.
   */
  cut(at: number): readonly ExpectedRun[] {
    let behind = 0;
    while ((this.#expected[behind]?.at ?? at) < at) behind++;
    const lost = this.#expected.splice(0, behind);
    const skipped = this.#skipped.filter((run) => run.at < at);
    this.#skipped = this.#skipped.filter((run) => run.at >= at);
    lost.unshift(...skipped);
    this.#waiting -= count(lost);
    return lost;
  }

  /**
   * Everything that was in the input before look `look` has been read.
   *
   * @returns what the output showed before, and the input does not have.
   */
  settle(look: number): readonly EarlyRun[] {
    return this.#early.before(look);
  }

  /** The input's offsets begin again: what is expected came of records that have none any more. */
  rebase(): void {
    const rebased = (runs: readonly ExpectedRun[]): ExpectedRun[] => runs.map((run) => ({ ...run, at: -1 }));
    this.#expected = rebased(this.#expected);
    this.#skipped = rebased(this.#skipped);
  }

  toJSON(): ExpectationState {
    return {
      ...(this.#assumed.size > 0 ? { assumed: pairs(this.#assumed) } : {}),
      seen: pairs(this.#seen),
      expected: this.#expected,
      skipped: this.#skipped,
      early: this.#early.toJSON(),
    };
  }

  /** -1: it is not expected. Almost always it is the next one. */
  #indexOf(bootId: number, seq: number): number {
    const first = this.#expected[0];
    if (first === undefined) return -1;
    return covers(first, bootId, seq) ? 0 : this.#expected.findIndex((run) => covers(run, bootId, seq));
  }

  #push({ bootId, at, since, contents }: ExpectedRun, from: number, to: number): void {
    this.#waiting += to - from + 1;
    const last = this.#expected.at(-1);
    const joins = last?.bootId === bootId && last.to + 1 === from;
    const same = last?.at === at && last.contents === contents;
    if (joins && (same || this.#expected.length >= MAX_RUNS)) {
      this.#expected[this.#expected.length - 1] = { ...last, to, at, contents: same ? contents : null };
    } else this.#expected.push({ bootId, from, to, at, since, contents });
  }

  #takeExpected(index: number, seq: number, seen: RangeSet): Passing {
    const run = this.#expected[index] as Waiting;
    if (index > 0) for (const passed of this.#expected.splice(0, index)) this.#skip(passed);
    if (seq > run.from) this.#skip({ ...run, to: seq - 1 });
    if (seq < run.to) run.from = seq + 1;
    else this.#expected.shift();
    this.#waiting--;
    seen.addOne(seq);
    return { what: "expected", at: run.at, content: run.contents?.checksums[seq - run.contents.from] };
  }

  /** The output went on behind these. What they hold is not compared any more. */
  #skip(run: ExpectedRun): void {
    this.#skipped.push({ ...run, contents: null });
  }

  #takeSkipped(index: number, seq: number): void {
    const run = this.#skipped[index] as ExpectedRun;
    const rest = [
      ...(seq > run.from ? [{ ...run, to: seq - 1 }] : []),
      ...(seq < run.to ? [{ ...run, from: seq + 1 }] : []),
    ];
    this.#skipped.splice(index, 1, ...rest);
    this.#waiting--;
  }

  /** These early ones are rightly there, whatever the order. */
  confirm(run: SeqRange & { readonly bootId: number }): void {
    this.#early.confirm(run);
  }
}

/** Another version's memory may hold checksums of another sort: they are not compared. */
function restored(run: ExpectedRun): Waiting {
  return { ...run, contents: run.contents?.checksums ? run.contents : null };
}

function pairs(sets: ReadonlyMap<number, RangeSet>): readonly (readonly [number, readonly SeqRange[]])[] {
  return [...sets].map(([bootId, ranges]) => [bootId, ranges.toJSON()]);
}

function covers(run: ExpectedRun, bootId: number, seq: number): boolean {
  return run.from <= seq && seq <= run.to && run.bootId === bootId;
}

function count(runs: readonly SeqRange[]): number {
  return runs.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
