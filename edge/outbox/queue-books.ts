import type { Reading } from "../../schemas/readings.ts";
import { counted, type Ledger, type MemoryCounts, named } from "./ledger.ts";
import { markOf, newMark, withMark } from "./marks.ts";

/**
 * The next reading of its boot joins the queue.
 *
 * @throws RangeError when `seq` is not the boot's next: the caller broke the order.
 */
export function record(ledger: Ledger, reading: Pick<Reading, "bootId" | "seq">): Ledger {
  const { bootId, seq } = reading;
  const mark = markOf(ledger.boots, bootId) ?? newMark(bootId, ledger.memoryBootId);
  if (seq !== mark.stored + 1) {
    throw new RangeError(`${ledger.deviceId} boot ${bootId}: ${seq} after ${mark.stored}`);
  }
  const boots = withMark(ledger.boots, {
    ...mark,
    stored: seq,
    // What is stored was numbered, even when the heartbeat that will say so is still on its way.
    numbered: Math.max(mark.numbered, seq),
    happened: Math.max(mark.happened, seq),
  });
  return counted({ ...ledger, head: ledger.head + 1, boots }, mark.memoryBootId, (counts) => {
    const stored = counts.stored + 1;
    const numbered = Math.max(counts.numbered, stored);
    return { ...counts, stored, numbered, happened: Math.max(counts.happened, numbered) };
  });
}

/** Consecutive readings of one boot that leave the queue. */
export interface Leaving {
  readonly bootId: number;
  /** Of the last of them. */
  readonly seq: number;
  readonly readings: number;
}

/**
 * Everything up to `upTo` was acknowledged by the gateway.
 *
 * @param leaving - which readings these are; left out: they are of the present memory from `memoryFrom` on.
 */
export function release(ledger: Ledger, upTo: number, leaving?: readonly Leaving[]): Ledger {
  if (upTo < ledger.tail) return ledger;
  if (!leaving) {
    const readings = Math.max(0, upTo - Math.max(ledger.tail, ledger.memoryFrom) + 1);
    return { ...ledger, tail: upTo + 1, published: ledger.published + readings };
  }
  let next: Ledger = { ...ledger, tail: upTo + 1 };
  for (const { bootId, seq, readings } of leaving) {
    const mark = markOf(next.boots, bootId);
    if (mark) next = { ...next, boots: withMark(next.boots, { ...mark, published: seq }) };
    next = counted(next, mark?.memoryBootId ?? null, (counts) => ({
      ...counts,
      published: counts.published + readings,
    }));
  }
  return next;
}

/** The oldest reading of the queue was set aside. */
export function setAside(ledger: Ledger, reading?: Pick<Reading, "bootId" | "seq">): Ledger {
  const next = { ...ledger, tail: ledger.tail + 1 };
  const more = (counts: MemoryCounts): MemoryCounts => ({ ...counts, quarantined: counts.quarantined + 1 });
  if (!reading) return ledger.tail >= ledger.memoryFrom ? counted(next, ledger.memoryBootId, more) : next;
  const { bootId, seq } = reading;
  const mark = markOf(ledger.boots, bootId);
  const boots = mark ? withMark(ledger.boots, { ...mark, published: seq }) : ledger.boots;
  const aside = named({ ...next, boots }, "quarantine", bootId, seq, seq);
  return counted(aside, mark?.memoryBootId ?? null, more);
}
