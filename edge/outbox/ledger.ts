import type { Reading } from "../../schemas/readings.ts";
import type { LossReason, NamedLoss } from "../../schemas/states.ts";
import { type BootMark, unknownMark } from "./marks.ts";

/** A reading with the time at which this agent took it, epoch ms of the agent's wall clock. */
export interface StoredReading extends Reading {
  readonly edgeTime: number;
}

/** What was counted of one memory of a device, all boots of that memory together. */
export interface MemoryCounts {
  /** As last heard from the device: readings numbered, and events that happened. */
  readonly numbered: number;
  readonly happened: number;
  readonly stored: number;
  readonly published: number;
  readonly quarantined: number;
  /** Readings the device no longer has and this outbox never had: another outbox took them, or they are lost. */
  readonly forgotten: number;
}

/** A memory that was on this line before the present one: another device, or the same one before it was erased. */
export interface EarlierMemory extends MemoryCounts {
  readonly memoryBootId: number;
  readonly bootId: number | null;
}

/**
 * The bookkeeping of one device. Its queue holds the arrival numbers `tail` to `head − 1`.
 *
 * The counts are those of the device's present memory, so that they compare with the device's own `numbered`
 * (delivery rule 9). Which memory is present is what the last HELLO says, never which has the greater boot id.
 */
export interface Ledger extends MemoryCounts {
  readonly deviceId: string;
  /** null until the device has said HELLO once. */
  readonly memoryBootId: number | null;
  readonly bootId: number | null;
  /** The arrival number that the next reading gets; the first is 1. */
  readonly head: number;
  readonly tail: number;
  /** Arrival numbers below belong to an earlier memory of the device, unless their boot says otherwise. */
  readonly memoryFrom: number;
  /** In the order of their last use, at most `MAX_BOOTS`. */
  readonly boots: readonly BootMark[];
  /** The newest last, at most `MAX_MEMORIES`. */
  readonly earlier: readonly EarlierMemory[];
  /** Readings of earlier memories that were numbered and not taken before their memory went. */
  readonly erased: number;
  /** What will never come from this outbox, by name; the newest last, at most `MAX_LOSSES`. */
  readonly losses: readonly NamedLoss[];
}

/** Earlier memories remembered per device. */
export const MAX_MEMORIES = 8;
/** Named losses remembered per device; their sums are in the counts. */
export const MAX_LOSSES = 32;

export const NOTHING: MemoryCounts = {
  numbered: 0,
  happened: 0,
  stored: 0,
  published: 0,
  quarantined: 0,
  forgotten: 0,
};

export function emptyLedger(deviceId: string): Ledger {
  return {
    deviceId,
    memoryBootId: null,
    bootId: null,
    ...NOTHING,
    head: 1,
    tail: 1,
    memoryFrom: 1,
    boots: [],
    earlier: [],
    erased: 0,
    losses: [],
  };
}

/** A ledger as any version of this code has stored it. */
export function upgraded(stored: Ledger): Ledger {
  const boots = stored.boots.map((mark): BootMark => ({ ...unknownMark(mark.bootId), ...mark }));
  return { ...emptyLedger(stored.deviceId), ...stored, boots };
}

export function waitingOf(ledger: Ledger): number {
  return ledger.head - ledger.tail;
}

/** The ledger with these readings of a boot named as lost. What follows the loss before it is one with it. */
export function named(ledger: Ledger, reason: LossReason, bootId: number, from: number, to: number): Ledger {
  const before = ledger.losses.at(-1);
  const follows = before?.reason === reason && before.bootId === bootId && before.to + 1 === from;
  const losses = follows
    ? [...ledger.losses.slice(0, -1), { ...before, to }]
    : [...ledger.losses, { reason, bootId, from, to }].slice(-MAX_LOSSES);
  return { ...ledger, losses };
}

/** Change the counts of a memory: the present one's, or an earlier one's. null: unknown, taken for the present one. */
export function counted(
  ledger: Ledger,
  memoryBootId: number | null,
  change: (counts: MemoryCounts) => MemoryCounts,
): Ledger {
  if (memoryBootId === null || memoryBootId === ledger.memoryBootId) {
    return { ...ledger, ...change(countsOf(ledger)) };
  }
  const earlier = ledger.earlier.map((memory) =>
    memory.memoryBootId === memoryBootId ? { ...memory, ...change(countsOf(memory)) } : memory,
  );
  return { ...ledger, earlier };
}

export function countsOf(counts: MemoryCounts): MemoryCounts {
  const { numbered, happened, stored, published, quarantined, forgotten } = counts;
  return { numbered, happened, stored, published, quarantined, forgotten };
}
