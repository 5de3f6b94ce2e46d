import type { SeqRange } from "../../../schemas/records.ts";

/** What an injector does to readings that pass by. */
export const FAULTS = [
  "lost 1",
  "doubled 1",
  "swapped pair",
  "moved to another station",
  "±50 that cancel",
  "whole batch gone",
] as const;
/** The last two are for single scenes, not for the table. */
export type Fault = (typeof FAULTS)[number] | "all doubled" | "every second lost";

/** How many readings each half of a pair that cancels has. */
export const CANCELLED = 50;

/** A boot of a device at its station. */
export interface StrikeTarget {
  readonly stationId: number;
  readonly deviceId: string;
  readonly bootId: number;
}

/**
 * Which readings are struck, and how. It goes by names alone: a task that dies and sees its records again is struck
 * again in the same way, so an injection never heals by a retry.
 */
export interface Strike {
  readonly fault: Fault;
  readonly target: StrikeTarget;
  /** The readings that were numbered for it; at least `CANCELLED` of them where 50 cancel. */
  readonly range: SeqRange;
  /** Who is moved to, or counted once too often: at least `CANCELLED` of its readings passed before, from 1 on. */
  readonly partner: StrikeTarget;
}

/** Which reading an item is. */
export interface Name {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

/** What only the place of the injection knows of its items. */
export interface Items<T> {
  readonly nameOf: (item: T) => Name;
  readonly renamed: (item: T, name: Name) => T;
  readonly moved: (item: T, stationId: number) => T;
}

/** The reading that a fault of one hits. */
export function struckSeq({ range }: Pick<Strike, "range">): number {
  return Math.floor((range.from + range.to) / 2);
}

/** What becomes of an item: itself, nothing, or others. */
export function struck<T>(item: T, strike: Strike, items: Items<T>): readonly T[] {
  const { target, range, partner } = strike;
  const name = items.nameOf(item);
  const { seq } = name;
  const hit = name.deviceId === target.deviceId && name.bootId === target.bootId;
  if (!hit || seq < range.from || seq > range.to) return [item];
  const one = struckSeq(strike);
  switch (strike.fault) {
    case "lost 1":
      return seq === one ? [] : [item];
    case "doubled 1":
      return seq === one ? [item, item] : [item];
    case "swapped pair":
      if (seq === one) return [items.renamed(item, { ...name, seq: one + 1 })];
      return seq === one + 1 ? [items.renamed(item, { ...name, seq: one })] : [item];
    case "moved to another station":
      return seq === one ? [items.moved(item, partner.stationId)] : [item];
    case "±50 that cancel": {
      const n = seq - range.from + 1;
      if (n > CANCELLED) return [item];
      const { deviceId, bootId, stationId } = partner;
      return [items.moved(items.renamed(item, { deviceId, bootId, seq: n }), stationId)];
    }
    case "whole batch gone":
      return [];
    case "every second lost":
      return (seq - range.from) % 2 === 1 ? [] : [item];
    case "all doubled":
      return [item, item];
  }
}
