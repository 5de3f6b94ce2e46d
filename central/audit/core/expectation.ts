import type { Evidence } from "../../../schemas/audit.ts";
import type { SeqRange } from "../../../schemas/records.ts";
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

/** Checksums of consecutive numbers' contents. */
export interface Contents {
  /** The number of the first. */
  readonly from: number;
  readonly sums: readonly number[];
}

/** A number that the output showed before the input was read so far. */
interface EarlyRun extends SeqRange {
  readonly bootId: number;
  /** Partition and offset of the output's first such record. */
  readonly partition: number;
  readonly at: number;
  /** The look at Kafka that brought the last of them. */
  readonly look: number;
}

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
  readonly early: readonly EarlyRun[];
}

/**
 * What one output must show of one device: each number once, in the order of the input. What is left out is known at
 * once, and is said to be lost only at a cut (delivery rule 9).
 */
export class Expectation {
  readonly #seen: Map<number, RangeSet>;
  /** They may come once more or not at all: the output was not looked at when the input showed them. */
  readonly #assumed: Map<number, RangeSet>;
  #expected: ExpectedRun[];
  /** The output went on behind these. */
  #skipped: ExpectedRun[];
  #early: EarlyRun[];
  #waiting: number;

  constructor(state?: ExpectationState) {
    this.#seen = new Map(state?.seen.map(([bootId, ranges]) => [bootId, new RangeSet(ranges)]));
    this.#assumed = new Map(state?.assumed?.map(([bootId, ranges]) => [bootId, new RangeSet(ranges)]));
    this.#expected = [...(state?.expected ?? [])];
    this.#skipped = [...(state?.skipped ?? [])];
    this.#early = [...(state?.early ?? [])];
    this.#waiting = count(this.#expected) + count(this.#skipped);
  }

  /** How many numbers are expected and have not come. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many numbers came before the input was read so far. */
  get early(): number {
    return count(this.#early);
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

  /** The input shows a number, and nobody looks at the output now: it may come or not. */
  assume(bootId: number, seq: number): void {
    let ranges = this.#assumed.get(bootId);
    if (!ranges) {
      ranges = new RangeSet();
      this.#assumed.set(bootId, ranges);
    }
    ranges.add(seq, seq);
  }

  /** Is anything of this boot on its way? */
  pending(bootId: number): boolean {
    const ofBoot = (run: { readonly bootId: number }): boolean => run.bootId === bootId;
    return this.#expected.some(ofBoot) || this.#skipped.some(ofBoot) || this.#early.some(ofBoot);
  }

  /** The input shows these numbers for the first time. What the output has shown already is not waited for. */
  expect(run: ExpectedRun): void {
    for (const { from, to } of this.seen(run.bootId).missing(run.from, run.to)) {
      this.#push({ ...run, from, to });
    }
    this.confirm(run);
  }

  /**
   * The output shows a number.
   *
   * @param place - of the record. @param look - the look that brought it.
   */
  pass(bootId: number, seq: number, place: Pick<Evidence, "partition" | "offset">, look: number): Passing {
    const seen = this.seen(bootId);
    if (seen.has(seq)) return { what: "doubled" };
    const index = this.#expected.findIndex((run) => covers(run, bootId, seq));
    if (index >= 0) return this.#takeExpected(index, seq, seen);
    seen.add(seq, seq);
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
    this.#noteEarly({ bootId, from: seq, to: seq, partition: place.partition, at: place.offset, look });
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
    if (this.#early.length === 0) return [];
    const unexpected = this.#early.filter((run) => run.look < look);
    if (unexpected.length > 0) this.#early = this.#early.filter((run) => run.look >= look);
    return unexpected;
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
      early: this.#early,
    };
  }

  #push(run: ExpectedRun): void {
    this.#waiting += run.to - run.from + 1;
    const last = this.#expected.at(-1);
    const joins = last?.bootId === run.bootId && last.to + 1 === run.from;
    const same = last?.at === run.at && last.contents === run.contents;
    if (joins && (same || this.#expected.length >= MAX_RUNS)) {
      const contents = same ? last.contents : null;
      this.#expected[this.#expected.length - 1] = { ...last, to: run.to, at: run.at, contents };
    } else this.#expected.push(run);
  }

  #takeExpected(index: number, seq: number, seen: RangeSet): Passing {
    const run = this.#expected[index] as ExpectedRun;
    if (index > 0) this.#skipped.push(...this.#expected.splice(0, index));
    if (seq > run.from) this.#skipped.push({ ...run, to: seq - 1 });
    if (seq < run.to) this.#expected[0] = { ...run, from: seq + 1 };
    else this.#expected.shift();
    this.#waiting--;
    seen.add(seq, seq);
    return { what: "expected", at: run.at, content: run.contents?.sums[seq - run.contents.from] };
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

  #noteEarly(run: EarlyRun): void {
    const last = this.#early.at(-1);
    if (last?.bootId === run.bootId && last.to + 1 === run.from && last.partition === run.partition) {
      this.#early[this.#early.length - 1] = { ...last, to: run.to, look: run.look };
    } else this.#early.push(run);
  }

  /** These early ones are rightly there. */
  confirm({ bootId, from, to }: SeqRange & { readonly bootId: number }): void {
    if (this.#early.length === 0) return;
    this.#early = this.#early.flatMap((run) => {
      if (run.bootId !== bootId || run.to < from || run.from > to) return [run];
      return [
        ...(run.from < from ? [{ ...run, to: from - 1 }] : []),
        ...(run.to > to ? [{ ...run, from: to + 1 }] : []),
      ];
    });
  }
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
