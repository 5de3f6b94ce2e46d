import type { Ledger } from "./ledger.ts";
import type { Change, OutboxRow, QuarantineRow } from "./outbox-store.ts";

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Changes that will share one flush to disk: all stations of the process together. */
export class GroupCommit {
  readonly #puts: { deviceId: string; row: OutboxRow }[] = [];
  readonly #removes: { deviceId: string; from: number; to: number }[] = [];
  readonly #quarantined: { deviceId: string; row: QuarantineRow }[] = [];
  readonly #waiters: Waiter[] = [];
  readonly touched = new Set<string>();
  bytes = 0;

  get readings(): number {
    return this.#puts.length;
  }

  put(deviceId: string, row: OutboxRow): void {
    this.touched.add(deviceId);
    this.#puts.push({ deviceId, row });
    this.bytes += row.bytes.length;
  }

  remove(deviceId: string, from: number, to: number): void {
    this.touched.add(deviceId);
    this.#removes.push({ deviceId, from, to });
  }

  setAside(deviceId: string, row: QuarantineRow): void {
    this.remove(deviceId, row.n, row.n);
    this.#quarantined.push({ deviceId, row });
  }

  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** The change as it is now: ledgers as they stand at the flush. */
  change(ledgerOf: (deviceId: string) => Ledger): Change {
    const ledgers = new Map([...this.touched].map((id) => [id, ledgerOf(id)]));
    return { ledgers, puts: this.#puts, removes: this.#removes, quarantined: this.#quarantined };
  }

  settle(error?: unknown): void {
    for (const waiter of this.#waiters) {
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
  }
}
