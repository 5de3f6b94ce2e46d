import type { Reading } from "../../schemas/readings.ts";
import type { HelloFrame, PendingBoot } from "../../schemas/wire/frame.ts";
import { MAX_PENDING_BOOTS } from "../../schemas/wire/frame.ts";

/** A reading with the time at which this agent took it, epoch ms of the agent's wall clock. */
export interface StoredReading extends Reading {
  readonly edgeTime: number;
}

/** What is on disk of one boot of a device: contiguous, so one number is the unique index of all its readings. */
export interface BootMark {
  readonly bootId: number;
  /** null: only readings or a pending entry of this boot were seen, never its own HELLO. */
  readonly nonce: number | null;
  /** Every `seq` up to here is on disk, or already beyond it. */
  readonly stored: number;
}

/**
 * The bookkeeping of one device. Its queue holds the arrival numbers `tail` to `head − 1`.
 *
 * `stored`, `published`, `quarantined` and `forgotten` count readings of the device's present memory, all its boots
 * together, so that they compare with the device's own `numbered` (delivery rule 9).
 */
export interface Ledger {
  readonly deviceId: string;
  /** null until the device has said HELLO once. */
  readonly memoryBootId: number | null;
  readonly bootId: number | null;
  /** As last heard from the device: readings numbered, and events that happened, over all boots of its memory. */
  readonly numbered: number;
  readonly happened: number;
  readonly stored: number;
  readonly published: number;
  readonly quarantined: number;
  /** Readings the device no longer has and this outbox never had: another outbox took them, or they are lost. */
  readonly forgotten: number;
  /** The arrival number that the next reading gets; the first is 1. */
  readonly head: number;
  readonly tail: number;
  /** Arrival numbers below belong to an earlier memory of the device and count no more. */
  readonly memoryFrom: number;
  /** Ascending by boot id. */
  readonly boots: readonly BootMark[];
}

/** Boots remembered per device, the newest: one that reboots every minute keeps an hour of marks. */
export const MAX_BOOTS = 64;

export function emptyLedger(deviceId: string): Ledger {
  return {
    deviceId,
    memoryBootId: null,
    bootId: null,
    numbered: 0,
    happened: 0,
    stored: 0,
    published: 0,
    quarantined: 0,
    forgotten: 0,
    head: 1,
    tail: 1,
    memoryFrom: 1,
    boots: [],
  };
}

export function waitingOf(ledger: Ledger): number {
  return ledger.head - ledger.tail;
}

export function markOf(ledger: Ledger, bootId: number): BootMark | undefined {
  return ledger.boots.find((b) => b.bootId === bootId);
}

function withMark(ledger: Ledger, mark: BootMark): Ledger {
  const boots = [...ledger.boots.filter((b) => b.bootId !== mark.bootId), mark];
  boots.sort((x, y) => x.bootId - y.bootId);
  return { ...ledger, boots: boots.slice(-MAX_BOOTS) };
}

/**
 * The next reading of its boot joins the queue.
 *
 * @throws RangeError when `seq` is not the boot's next: the caller broke the order.
 */
export function record(ledger: Ledger, reading: Pick<Reading, "bootId" | "seq">): Ledger {
  const mark = markOf(ledger, reading.bootId) ?? { bootId: reading.bootId, nonce: null, stored: 0 };
  if (reading.seq !== mark.stored + 1) {
    throw new RangeError(`${ledger.deviceId} boot ${reading.bootId}: ${reading.seq} after ${mark.stored}`);
  }
  const counts = ledger.memoryBootId === null || reading.bootId >= ledger.memoryBootId ? 1 : 0;
  const stored = ledger.stored + counts;
  // What is stored was numbered, even when the heartbeat that will say so is still on its way.
  const numbered = Math.max(ledger.numbered, stored);
  const happened = Math.max(ledger.happened, numbered);
  const next = { ...ledger, head: ledger.head + 1, stored, numbered, happened };
  return withMark(next, { ...mark, stored: reading.seq });
}

/** A boot whose readings up to `stored` this outbox will never be given, because the device has them no more. */
export interface Base {
  readonly bootId: number;
  readonly stored: number;
}

/**
 * Where the boots named in a HELLO begin, if that is beyond what is stored of them. A HELLO that names as many boots
 * as fit may hide others, so only then nothing is said of a boot it does not name.
 */
export function basesOf(hello: HelloFrame, storedOf: (bootId: number) => number): readonly Base[] {
  const named: Base[] = hello.pending.map((p) => ({ bootId: p.bootId, stored: p.first - 1 }));
  const complete = hello.pending.length < MAX_PENDING_BOOTS;
  if (complete && !hello.pending.some((p) => p.bootId === hello.bootId)) {
    named.push({ bootId: hello.bootId, stored: hello.seq });
  }
  return named.filter((base) => base.stored > storedOf(base.bootId));
}

/**
 * Take over what a HELLO says: the device's memory, its numbers, and where its boots begin.
 *
 * What the device numbered and neither holds nor has given to this outbox is counted as forgotten, and as stored and
 * published too, because nobody can still wait for it.
 */
export function adopt(before: Ledger, hello: HelloFrame): Ledger {
  const sameMemory = before.memoryBootId === hello.memoryBootId;
  let ledger: Ledger = sameMemory
    ? before
    : { ...before, stored: 0, published: 0, quarantined: 0, forgotten: 0, memoryFrom: before.head };
  ledger = { ...ledger, memoryBootId: hello.memoryBootId };
  ledger = hear(ledger, hello);
  const storedOf = (bootId: number): number => markOf(ledger, bootId)?.stored ?? 0;
  for (const base of basesOf(hello, storedOf)) {
    const nonce = markOf(ledger, base.bootId)?.nonce ?? null;
    ledger = withMark(ledger, { bootId: base.bootId, nonce, stored: base.stored });
  }
  ledger = withMark(ledger, {
    bootId: hello.bootId,
    nonce: hello.bootNonce,
    stored: storedOf(hello.bootId),
  });
  if (hello.pending.length >= MAX_PENDING_BOOTS) return ledger;
  const missing = hello.pending.reduce((n, p) => n + unstored(p, storedOf(p.bootId)), 0);
  const settled = hello.priorNumbered + hello.seq - missing;
  const forgotten = Math.max(0, settled - ledger.stored);
  return {
    ...ledger,
    stored: ledger.stored + forgotten,
    published: ledger.published + forgotten,
    forgotten: ledger.forgotten + forgotten,
  };
}

function unstored(pending: PendingBoot, stored: number): number {
  return Math.max(0, pending.last - Math.max(stored, pending.first - 1));
}

/** What a HELLO and a HEARTBEAT have in common. */
export type Heard = Pick<
  HelloFrame,
  "bootId" | "memoryBootId" | "priorNumbered" | "priorHappened" | "seq" | "total"
>;

/** The numbers of a HELLO or HEARTBEAT. They only rise within a memory; another memory's are left alone. */
export function hear(ledger: Ledger, said: Heard): Ledger {
  if (ledger.memoryBootId !== said.memoryBootId) return ledger;
  const numbered = said.priorNumbered + said.seq;
  const happened = said.priorHappened + said.total;
  const fresh = ledger.bootId === null || said.bootId > ledger.bootId || numbered >= ledger.numbered;
  return fresh ? { ...ledger, bootId: said.bootId, numbered, happened } : ledger;
}

/** Everything up to `upTo` was acknowledged by the gateway. */
export function release(ledger: Ledger, upTo: number): Ledger {
  if (upTo < ledger.tail) return ledger;
  const counted = Math.max(0, upTo - Math.max(ledger.tail, ledger.memoryFrom) + 1);
  return { ...ledger, tail: upTo + 1, published: ledger.published + counted };
}

/** The oldest reading of the queue was set aside. */
export function setAside(ledger: Ledger): Ledger {
  const counted = ledger.tail >= ledger.memoryFrom ? 1 : 0;
  return { ...ledger, tail: ledger.tail + 1, quarantined: ledger.quarantined + counted };
}
