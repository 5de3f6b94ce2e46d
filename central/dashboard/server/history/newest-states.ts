import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";

/**
 * What devices and agents said in a stretch, the last two records of each: the last may be the will of a connection that
 * is over, which says nothing any more where the one before it is newer.
 */
export class NewestStates {
  readonly #records = new Map<string, readonly InRecord[]>();

  put(record: InRecord): void {
    const key = record.key?.toString("latin1") ?? "";
    const before = this.#records.get(key)?.at(-1);
    this.#records.set(key, before ? [before, record] : [record]);
  }

  /** In order per device and agent; and begin again. */
  take(): readonly InRecord[] {
    const all = [...this.#records.values()].flat();
    this.#records.clear();
    return all;
  }
}
