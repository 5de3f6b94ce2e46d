import type { InRecord } from "../../../infra/runtime/kafka/ports.ts";
import { parseRow } from "../row.ts";
import type { TopicEntry } from "./differences.ts";

/** The last record of each stop in Connect's topic. */
export class TopicView {
  readonly #entries = new Map<number, TopicEntry>();

  take(records: readonly InRecord[]): void {
    for (const { key, value, offset } of records) {
      try {
        const event = parseRow(key, value);
        this.#entries.set(event.stopId, { offset, stop: event.kind === "row" ? event.stop : null });
      } catch {
        const stopId = stopIdOf(key);
        if (stopId !== undefined) this.#entries.set(stopId, { offset, stop: "unreadable" });
      }
    }
  }

  get entries(): ReadonlyMap<number, TopicEntry> {
    return this.#entries;
  }
}

/** Of a record whose value is no row: its key may name the stop all the same. */
function stopIdOf(key: Buffer | null): number | undefined {
  try {
    const event = parseRow(key, null);
    return event.stopId;
  } catch {
    return undefined;
  }
}
