import type { Counters } from "./ring.ts";

/** Who a device is in its present boot, and what its memory counted before it. */
export interface BootRecord {
  readonly bootId: number;
  /** First boot of this memory. */
  readonly memoryBootId: number;
  /** Readings numbered, and events that happened, in all earlier boots of this memory. */
  readonly priorNumbered: number;
  readonly priorHappened: number;
}

/** Boot records of all devices of one simulator. `put` is durable, power cuts included, before it returns. */
export interface IdentityBook {
  get(deviceId: string): BootRecord | undefined;
  put(records: ReadonlyMap<string, BootRecord>): void;
}

/**
 * The boot that follows: `bootId = max(stored + 1, epoch seconds)`.
 *
 * The record is written before the ring begins the boot. A death between the two leaves a ring that still counts an
 * earlier boot, whose figures are in the stored priors already: it must not be added twice.
 *
 * @param stored - the last record; undefined: a new device.
 * @param counters - what the ring counted last; boot 0: an empty memory, so earlier counts are gone with it.
 */
export function nextBoot(
  stored: BootRecord | undefined,
  counters: Counters,
  epochSeconds: number,
): BootRecord {
  const bootId = Math.max((stored?.bootId ?? 0) + 1, counters.bootId + 1, epochSeconds);
  if (!stored || counters.bootId === 0) {
    return { bootId, memoryBootId: bootId, priorNumbered: 0, priorHappened: 0 };
  }
  const counted = counters.bootId === stored.bootId;
  return {
    bootId,
    memoryBootId: stored.memoryBootId,
    priorNumbered: stored.priorNumbered + (counted ? counters.seq : 0),
    priorHappened: stored.priorHappened + (counted ? counters.total : 0),
  };
}
