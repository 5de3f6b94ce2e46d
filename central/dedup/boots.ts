import type { BootState, SeqRange } from "../../schemas/records.ts";
import { lengthOf } from "./ranges.ts";

/** What is counted of one boot of a device. */
export interface BootCounts {
  readonly bootId: number;
  readonly ranges: SeqRange[];
  lost: readonly SeqRange[];
  duplicates: number;
  total: number;
}

/** What a number of boots come to. */
export interface BootSums {
  readonly boots: number;
  readonly accepted: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Events that happened and that a full ring refused. */
  readonly refused: number;
}

export const NO_BOOTS: BootSums = { boots: 0, accepted: 0, lost: 0, duplicates: 0, refused: 0 };

export function newBoot(bootId: number): BootCounts {
  return { bootId, ranges: [], lost: [], duplicates: 0, total: 0 };
}

export function bootOf({ boot_id, ranges, lost, duplicates, total }: BootState): BootCounts {
  return { bootId: boot_id, ranges: [...ranges], lost, duplicates, total };
}

export function stateOf(
  deviceId: string,
  { bootId, ranges, lost, duplicates, total }: BootCounts,
): BootState {
  return { device_id: deviceId, boot_id: bootId, ranges, lost, duplicates, total };
}

export function sumsOf(boot: BootCounts): BootSums {
  const last = Math.max(0, boot.ranges.at(-1)?.to ?? 0, boot.lost.at(-1)?.to ?? 0);
  return {
    boots: 1,
    accepted: lengthOf(boot.ranges),
    lost: lengthOf(boot.lost),
    duplicates: boot.duplicates,
    refused: Math.max(0, boot.total - last),
  };
}

export function piecesOf({ ranges, lost }: Pick<BootCounts, "ranges" | "lost">): number {
  return ranges.length + lost.length;
}

/** @param sign - −1 takes `y` away. */
export function combined(x: BootSums, y: BootSums, sign: 1 | -1 = 1): BootSums {
  return {
    boots: x.boots + sign * y.boots,
    accepted: x.accepted + sign * y.accepted,
    lost: x.lost + sign * y.lost,
    duplicates: x.duplicates + sign * y.duplicates,
    refused: x.refused + sign * y.refused,
  };
}
