import type { StopRow } from "../row.ts";
import { sameStop } from "../table.ts";
import type { SourceRow } from "./source.ts";

/** What Connect's topic says of a stop: its last record there. */
export interface TopicEntry {
  readonly offset: number;
  /** null: it is gone; "unreadable": the record is no row. */
  readonly stop: StopRow | null | "unreadable";
}

/** A stop of which the topic says something else than the table. */
export interface RowDifference {
  readonly stopId: number;
  /** Of the topic's last record of this stop; undefined: there is none. */
  readonly offset: number | undefined;
  /** What the table says; undefined: it has no such stop. */
  readonly row: SourceRow | undefined;
}

/** Compare the table with the topic, stop by stop. A stop on none of the lines is the same as none. */
export function differences(
  table: ReadonlyMap<number, SourceRow>,
  topic: ReadonlyMap<number, TopicEntry>,
): readonly RowDifference[] {
  const found: RowDifference[] = [];
  for (const [stopId, row] of table) {
    const entry = topic.get(stopId);
    const said = entry?.stop;
    if (said === undefined || said === "unreadable" || said === null) {
      if (said !== "unreadable" && row.stop.lines.length === 0) continue;
    } else if (sameStop(said, row.stop)) continue;
    found.push({ stopId, offset: entry?.offset, row });
  }
  for (const [stopId, { offset, stop }] of topic) {
    if (stop !== null && !table.has(stopId)) found.push({ stopId, offset, row: undefined });
  }
  return found;
}

/**
 * Which differences are to be corrected: those that have stood for a while, unchanged on both sides. A change that is on
 * its way through Connect is a difference for some milliseconds, and none to correct.
 */
export class Standing {
  #since = new Map<string, number>();

  /**
   * @param now - monotonic ms.
   * @param graceMs - for how long a difference must stand.
   */
  due(found: readonly RowDifference[], now: number, graceMs: number): readonly RowDifference[] {
    const since = new Map<string, number>();
    const due: RowDifference[] = [];
    for (const difference of found) {
      const { stopId, offset, row } = difference;
      const name = JSON.stringify([stopId, offset, row?.stop]);
      const first = this.#since.get(name) ?? now;
      since.set(name, first);
      if (now - first >= graceMs) due.push(difference);
    }
    this.#since = since;
    return due;
  }
}
