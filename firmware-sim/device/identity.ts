import type { Ring } from "./ring.ts";

/** Who a device is in its present boot, and what its memory counted before it. */
export interface BootRecord {
  readonly bootId: number;
  /** 32 random bits of this boot: they tell it from the same boot of a copied memory. 0: not known. */
  readonly bootNonce: number;
  /** Those of the earlier boots whose readings waited when this one began. */
  readonly earlierNonces: readonly (readonly [bootId: number, nonce: number])[];
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
 * @param ring - what it counted last; boot 0: an empty memory, so earlier counts are gone with it.
 * @param nonce - of the boot that follows.
 */
export function nextBoot(
  stored: BootRecord | undefined,
  { counters, pending }: Pick<Ring, "counters" | "pending">,
  epochSeconds: number,
  nonce: number,
): BootRecord {
  const bootId = Math.max((stored?.bootId ?? 0) + 1, counters.bootId + 1, epochSeconds);
  if (!stored || counters.bootId === 0) {
    return {
      bootId,
      bootNonce: nonce,
      earlierNonces: [],
      memoryBootId: bootId,
      priorNumbered: 0,
      priorHappened: 0,
    };
  }
  const waiting = new Set(pending.map((boot) => boot.bootId));
  const counted = counters.bootId === stored.bootId;
  return {
    bootId,
    bootNonce: nonce,
    earlierNonces: noncesOf(stored).filter(([earlier]) => waiting.has(earlier)),
    memoryBootId: stored.memoryBootId,
    priorNumbered: stored.priorNumbered + (counted ? counters.seq : 0),
    priorHappened: stored.priorHappened + (counted ? counters.total : 0),
  };
}

/** The nonces that are known of a device's boots, the present one last. */
export function noncesOf({ bootId, bootNonce, earlierNonces }: BootRecord): BootRecord["earlierNonces"] {
  return bootNonce === 0 ? earlierNonces : [...earlierNonces, [bootId, bootNonce]];
}
