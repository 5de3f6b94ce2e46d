import type { LossCause } from "../../../schemas/audit.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import type { BootClaim, DeviceState, LossReason } from "../../../schemas/states.ts";

/** Readings that will not come from this agent. */
export interface NamedRange extends SeqRange {
  readonly bootId: number;
  readonly cause: LossCause;
}

/** What an agent says of a device. All of it stays true for ever, so the order of claims does not matter. */
export interface Claim {
  readonly boots: readonly BootClaim[];
  readonly losses: readonly NamedRange[];
  /** Readings set aside, of which the numbers may not be told. */
  readonly quarantined: number;
  /** Memories before this one are gone, and the agent does not say what was in them; null: it does. */
  readonly erasedBefore: number | null;
}

/**
 * An agent of an older version tells sums over all boots of a memory. Where the memory has one boot, they are that
 * boot's; otherwise they tell nothing of single numbers.
 */
export function claimOf({ positions, boots, losses }: DeviceState): Claim | null {
  if (!positions) return null;
  const { bootId, memoryBootId, numbered, happened, stored, published, quarantined } = positions;
  if (boots && boots.length > 0) {
    const named = (losses ?? []).map(({ reason, ...range }) => ({ ...range, cause: CAUSES[reason] }));
    return { boots, losses: named, quarantined: 0, erasedBefore: null };
  }
  const alone = bootId === memoryBootId;
  const boot: BootClaim = {
    bootId,
    memoryBootId,
    first: 1,
    numbered: alone ? numbered : 0,
    happened: alone ? happened : 0,
    stored: alone ? stored : 0,
    // The queue is in order: what was set aside had its turn.
    published: alone ? published + quarantined : null,
  };
  return { boots: [boot], losses: [], quarantined, erasedBefore: memoryBootId };
}

const CAUSES: Readonly<Record<LossReason, LossCause>> = {
  quarantine: "quarantine",
  "erased-memory": "memory-erased",
  "vanished-outbox": "outbox-lost",
};
