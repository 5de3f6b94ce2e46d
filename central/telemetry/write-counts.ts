/** What became of some records. */
export interface WriteCounts {
  readonly inserted: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** Of the dead letters: events whose identity belongs to another event. */
  readonly conflicts: number;
  /** Offsets before or between them that held no record any more: deleted before they were read, or markers. */
  readonly skipped: number;
}

export const NOTHING: WriteCounts = { inserted: 0, duplicates: 0, deadLetters: 0, conflicts: 0, skipped: 0 };

export function sum(a: WriteCounts, b: WriteCounts): WriteCounts {
  return {
    inserted: a.inserted + b.inserted,
    duplicates: a.duplicates + b.duplicates,
    deadLetters: a.deadLetters + b.deadLetters,
    conflicts: a.conflicts + b.conflicts,
    skipped: a.skipped + b.skipped,
  };
}
