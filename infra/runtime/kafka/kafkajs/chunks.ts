import type { InRecord } from "../ports.ts";

/** What one transaction may take in. */
export interface Limits {
  readonly records: number;
  readonly bytes: number;
}

/** Cut a fetched batch into the inputs of transactions, in order; each has at least one record. */
export function* chunks(records: readonly InRecord[], limits: Limits): Generator<readonly InRecord[]> {
  let from = 0;
  let bytes = 0;
  for (const [i, record] of records.entries()) {
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (i > from && (i - from >= limits.records || bytes + size > limits.bytes)) {
      yield records.slice(from, i);
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) yield records.slice(from);
}

/**
 * How long to hold a transaction back, ms: commits are kept apart while there is little to commit, because each costs
 * the broker milliseconds however small it is; a large one is not held back.
 */
export function holdBack(records: number, limits: Limits, sinceLast: number, gap: number): number {
  return records * 4 >= limits.records ? 0 : Math.max(0, gap - sinceLast);
}
