import type { Ledger } from "../ledger.ts";
import type { Change, OutboxRow, OutboxStore, Ownership, QuarantineRow } from "../outbox-store.ts";

/** A store in memory, for tests: `fail` makes the next commits reject, as a full disk does. */
export class MemoryOutboxStore implements OutboxStore {
  readonly #ledgers = new Map<string, Ledger>();
  readonly #rows = new Map<string, OutboxRow[]>();
  readonly #quarantine = new Map<string, QuarantineRow[]>();
  readonly #claims = new Map<number, Ownership>();
  /** What the next commits reject with. */
  fail: Error | null = null;
  commits = 0;

  ledger(deviceId: string): Ledger | undefined {
    return this.#ledgers.get(deviceId);
  }

  ledgers(prefix: string): readonly Ledger[] {
    return [...this.#ledgers.values()].filter((l) => l.deviceId.startsWith(prefix));
  }

  read(deviceId: string, from: number, limit: number): readonly OutboxRow[] {
    const rows = this.#rows.get(deviceId) ?? [];
    return rows.filter((row) => row.n >= from).slice(0, limit);
  }

  quarantined(deviceId: string): readonly QuarantineRow[] {
    return this.#quarantine.get(deviceId) ?? [];
  }

  async commit(change: Change): Promise<void> {
    await Promise.resolve();
    this.commits += 1;
    if (this.fail) throw this.fail;
    for (const [id, ledger] of change.ledgers) this.#ledgers.set(id, ledger);
    for (const { deviceId, row } of change.puts) {
      this.#rows.set(deviceId, [...(this.#rows.get(deviceId) ?? []), row]);
    }
    for (const { deviceId, from, to } of change.removes) {
      const rows = this.#rows.get(deviceId) ?? [];
      this.#rows.set(
        deviceId,
        rows.filter((row) => row.n < from || row.n > to),
      );
    }
    for (const { deviceId, row } of change.quarantined) {
      this.#quarantine.set(deviceId, [...this.quarantined(deviceId), row]);
    }
  }

  size(): { readonly readings: number; readonly bytes: number } {
    const rows = [...this.#rows.values()].flat();
    return { readings: rows.length, bytes: rows.reduce((n, row) => n + row.bytes.length, 0) };
  }

  claim(stationId: number, decide: (present: Ownership | undefined) => Ownership): Ownership {
    const claim = decide(this.#claims.get(stationId));
    this.#claims.set(stationId, claim);
    return claim;
  }

  async close(): Promise<void> {}
}
