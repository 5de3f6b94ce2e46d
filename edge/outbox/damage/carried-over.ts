import type { SeqRange } from "../../../schemas/records.ts";
import { counted, emptyLedger, type Ledger, named } from "../ledger.ts";
import { type BootMark, newMark, withMark } from "../marks.ts";

/** A reading that could be read of a damaged outbox. */
export interface FoundReadings {
  readonly n: number;
  readonly bootId: number;
  readonly seq: number;
}

/** What becomes of a device whose outbox was damaged. */
export interface CarriedOver {
  /** Its queue holds the readings that were found, and those only. */
  readonly ledger: Ledger;
  /** The arrival number of the first reading found; the others follow without a gap. */
  readonly firstN: number;
  /** Readings that waited and were not found. */
  readonly lost: number;
}

/**
 * The books of a device after damage.
 *
 * Readings that are missing at the end of a boot are as if they had never come: when the device still has them it sends
 * them again, and when it does not its next HELLO shows that, which names them as lost. Those missing elsewhere are
 * named here, and counted as forgotten: stored and published too, because nothing waits for them any more.
 *
 * @param before - null: the books themselves are lost, and made again from the queue.
 * @param found - in the order of their arrival.
 * @param setAside - the greatest arrival number in quarantine, and how many there are.
 */
export function carriedOver(
  deviceId: string,
  before: Ledger | null,
  found: readonly FoundReadings[],
  setAside: { readonly lastN: number; readonly count: number },
): CarriedOver {
  const runs = runsOf(found);
  const known = before ?? remade(deviceId, runs, found.at(-1)?.n ?? 0, setAside);
  const lost = known.head - known.tail - found.length;
  const firstN = known.head - found.length;
  if (lost === 0) return { ledger: known, firstN, lost };
  const earlier = found.filter(({ n }) => n < known.memoryFrom).length;
  let ledger: Ledger = { ...known, tail: firstN, memoryFrom: firstN + earlier };
  let unaccounted = lost;
  const boots: BootMark[] = [];
  for (const mark of known.boots) {
    const own = runs.get(mark.bootId) ?? [];
    const { again, gone } = missingOf(mark, own, known);
    const came = Math.min(lengthOf(again), unaccounted);
    const went = Math.min(lengthOf(gone), unaccounted - came);
    unaccounted -= came + went;
    for (const { from, to } of gone) ledger = named(ledger, "vanished-outbox", mark.bootId, from, to);
    ledger = forgotten(ledger, mark.memoryBootId, went);
    ledger = counted(ledger, mark.memoryBootId, (counts) => ({ ...counts, stored: counts.stored - came }));
    const stored = again[0] ? again[0].from - 1 : mark.stored;
    const published = own[0] ? own[0].from - 1 : stored;
    boots.push({ ...mark, stored, published: mark.published === null ? null : published });
  }
  // What is left is of boots that have no mark any more.
  return { ledger: { ...forgotten(ledger, ledger.memoryBootId, unaccounted), boots }, firstN, lost };
}

type Runs = ReadonlyMap<number, readonly SeqRange[]>;

/** What was found of each boot, as runs without a gap. */
function runsOf(found: readonly FoundReadings[]): Runs {
  const runs = new Map<number, { from: number; to: number }[]>();
  for (const { bootId, seq } of found) {
    const own = runs.get(bootId) ?? [];
    const last = own.at(-1);
    if (last && seq === last.to + 1) last.to = seq;
    else own.push({ from: seq, to: seq });
    runs.set(bootId, own);
  }
  return runs;
}

/** Books from the queue alone. Which memory it is of the device's next HELLO says. */
function remade(
  deviceId: string,
  runs: Runs,
  lastN: number,
  setAside: { readonly lastN: number; readonly count: number },
): Ledger {
  const head = Math.max(lastN, setAside.lastN) + 1;
  let boots: readonly BootMark[] = [];
  let waiting = 0;
  for (const [bootId, own] of runs) {
    const first = own[0]?.from ?? 1;
    const last = own.at(-1)?.to ?? 0;
    waiting += last - first + 1;
    const of = { first, stored: last, published: first - 1, numbered: last, happened: last };
    boots = withMark(boots, { ...newMark(bootId), ...of });
  }
  const stored = waiting + setAside.count;
  const counts = { stored, numbered: stored, happened: stored, quarantined: setAside.count };
  return { ...emptyLedger(deviceId), ...counts, head, tail: head - waiting, boots };
}

/** Numbers of a boot that waited and were not found: behind the last that was, and before it. */
function missingOf(
  mark: BootMark,
  own: readonly SeqRange[],
  { losses }: Ledger,
): { readonly again: readonly SeqRange[]; readonly gone: readonly SeqRange[] } {
  // An older version did not write down what was published: what is missing before the first found is not known.
  const published = mark.published ?? (own[0] ? own[0].from - 1 : mark.stored);
  const named = losses.filter(({ bootId }) => bootId === mark.bootId);
  const missing = gapsIn({ from: published + 1, to: mark.stored }, [...own, ...named]);
  const last = own.at(-1)?.to ?? 0;
  return {
    again: missing.filter(({ from }) => from > last),
    gone: missing.filter(({ from }) => from <= last),
  };
}

/** The parts of `whole` that nothing covers. */
function gapsIn(whole: SeqRange, covers: readonly SeqRange[]): readonly SeqRange[] {
  const gaps: SeqRange[] = [];
  let next = whole.from;
  for (const { from, to } of [...covers].sort((x, y) => x.from - y.from)) {
    if (from > whole.to) break;
    if (from > next) gaps.push({ from: next, to: from - 1 });
    next = Math.max(next, to + 1);
  }
  if (next <= whole.to) gaps.push({ from: next, to: whole.to });
  return gaps;
}

function lengthOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

function forgotten(ledger: Ledger, memoryBootId: number | null, readings: number): Ledger {
  if (readings === 0) return ledger;
  return counted(ledger, memoryBootId, (counts) => ({
    ...counts,
    published: counts.published + readings,
    forgotten: counts.forgotten + readings,
  }));
}
