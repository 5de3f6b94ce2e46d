import type { BootState } from "../../../../schemas/records.ts";
import type { DevicePositions } from "../../../../schemas/states.ts";
import { lengthOf } from "./dedup-counts.ts";

/** How far one device's readings have come, and where those not yet counted wait. Counts of readings. */
export interface DeviceCount {
  /** Numbered by the device. = accepted + lost + quarantined + inDevice + inOutbox + inKafka, always. */
  readonly numbered: number;
  readonly accepted: number;
  readonly lost: number;
  readonly quarantined: number;
  readonly inDevice: number;
  readonly inOutbox: number;
  readonly inKafka: number;
  /** Events a full ring refused. */
  readonly ringLost: number;
  readonly duplicates: number;
}

/**
 * One device's count from what it reported last (S, A, P) and what dedup counted (D).
 *
 * The two come by different ways, so D may be ahead of a heartbeat that is a second old: what was counted was
 * numbered, stored and published, so each position is at least the one behind it, and nothing goes negative.
 *
 * @param positions - null: the device never said HELLO to an agent we heard; what was counted is all we know.
 */
export function countDevice(positions: DevicePositions | null, boots: readonly BootState[]): DeviceCount {
  const ofMemory = memberOf(positions);
  const older = sum(boots.filter((boot) => !ofMemory(boot)));
  const present = sum(boots.filter(ofMemory));
  const d = present.accepted + present.lost;
  const p = Math.max(positions?.published ?? 0, d);
  const a = Math.max(positions?.stored ?? 0, p);
  const s = Math.max(positions?.numbered ?? 0, a);
  const quarantined = Math.min(positions?.quarantined ?? 0, a - p);
  return {
    numbered: older.accepted + older.lost + s,
    accepted: older.accepted + present.accepted,
    lost: older.lost + present.lost,
    quarantined,
    inDevice: s - a,
    inOutbox: a - p - quarantined,
    inKafka: p - d,
    ringLost: older.refused + Math.max(0, (positions?.happened ?? 0) - (positions?.numbered ?? 0)),
    duplicates: older.duplicates + present.duplicates,
  };
}

/**
 * Is a boot one of the device's present memory? They rise from that memory's first to the present one; another memory
 * on the same line may have had greater ones.
 */
function memberOf(positions: DevicePositions | null): (boot: BootState) => boolean {
  if (!positions) return () => false;
  const { memoryBootId, bootId } = positions;
  return ({ boot_id }) => boot_id >= memoryBootId && boot_id <= bootId;
}

function sum(boots: readonly BootState[]): {
  accepted: number;
  lost: number;
  duplicates: number;
  refused: number;
} {
  const total = { accepted: 0, lost: 0, duplicates: 0, refused: 0 };
  for (const boot of boots) {
    total.accepted += lengthOf(boot.ranges);
    total.lost += lengthOf(boot.lost);
    total.duplicates += boot.duplicates;
    const last = Math.max(0, boot.ranges.at(-1)?.to ?? 0, boot.lost.at(-1)?.to ?? 0);
    // Of a memory that is gone, the greatest total that came through is the last word.
    total.refused += Math.max(0, boot.total - last);
  }
  return total;
}
