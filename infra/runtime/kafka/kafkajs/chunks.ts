import type { InRecord } from "../ports.ts";

/** What one transaction may take in. */
export interface TransactionLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Cut a fetched batch into the inputs of transactions, in order; each has at least one record. */
export function* chunks(
  records: readonly InRecord[],
  limits: TransactionLimits,
): Generator<readonly InRecord[]> {
  let from = 0;
  let bytes = 0;
  for (const [i, record] of records.entries()) {
    const size = sizeOf(record);
    if (i > from && (i - from >= limits.records || bytes + size > limits.bytes)) {
      yield records.slice(from, i);
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) yield records.slice(from);
}

/** How much of what a transaction may take in these are, 0 to 1. */
export function loadOf(records: readonly InRecord[], limits: TransactionLimits): number {
  let bytes = 0;
  for (const record of records) bytes += sizeOf(record);
  return Math.max(records.length / limits.records, bytes / limits.bytes);
}

/** Commits a second of one instance while there is little to commit, at most. */
const COMMITS_PER_S = 40;
/** Longer than this no partition waits: to leave the group an instance waits for all of them. */
const MOST_GAP_MS = 2_000;

/**
 * The gap between the commits of one partition, ms. An instance with many partitions would otherwise commit the same
 * readings in many small transactions: each costs the broker milliseconds, whatever is in it.
 *
 * @param minGapMs - with few partitions.
 * @param partitions - that the instance has.
 */
export function commitGap(minGapMs: number, partitions: number): number {
  return Math.max(minGapMs, Math.min(MOST_GAP_MS, (1_000 * partitions) / COMMITS_PER_S));
}

/** From this load on a transaction is large enough to be worth its commit. */
const LARGE = 0.1;
const MOST_WAIT_MS = 250;

/**
 * How long to wait for more before the next transaction, ms: they are kept apart while there is little to commit,
 * because each costs the broker milliseconds however small it is. The more there is, the shorter the wait, and after a
 * large one there is no wait. On a machine that is short of processor a transaction takes long, and the wait is as long as
 * it: a loop that cannot keep up commits less often, not more.
 *
 * @param took - ms that the last transactions took, from their fetch to their commits.
 */
export function holdBack(load: number, took: number, gap: number): number {
  if (load >= LARGE) return 0;
  return Math.max(gap * (1 - load / LARGE) - took, Math.min(took, MOST_WAIT_MS));
}

function sizeOf({ key, value }: InRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
