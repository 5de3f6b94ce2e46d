import type { ProcessIdentity } from "../../infra/runtime/process-identity.ts";
import type { Ledger } from "./ledger.ts";

export interface OutboxRow {
  readonly n: number;
  readonly bytes: Buffer;
}

export interface QuarantineRow extends OutboxRow {
  readonly code: string;
  readonly at: number;
}

/** Everything that becomes durable together, or not at all. */
export interface Change {
  readonly ledgers: ReadonlyMap<string, Ledger>;
  readonly puts: readonly { readonly deviceId: string; readonly row: OutboxRow }[];
  /** Arrival numbers `from` to `to`, both included. */
  readonly removes: readonly { readonly deviceId: string; readonly from: number; readonly to: number }[];
  readonly quarantined: readonly { readonly deviceId: string; readonly row: QuarantineRow }[];
}

export interface Ownership {
  readonly owner: ProcessIdentity;
  readonly boot: number;
  /** The name of this outbox for this station; absent: claimed last by an older version. */
  readonly box?: string;
}

export interface StationClaim {
  readonly stationId: number;
  readonly claim: Ownership;
}

/** Where the outbox keeps its bytes: LMDB, or memory for tests. Reads see committed changes only. */
export interface OutboxStore {
  ledger(deviceId: string): Ledger | undefined;
  /** Ledgers whose device id starts with `prefix`. */
  ledgers(prefix: string): readonly Ledger[];
  read(deviceId: string, from: number, limit: number): readonly OutboxRow[];
  quarantined(deviceId: string): readonly QuarantineRow[];
  /** Resolves once the change is on disk; rejects with nothing of it applied. */
  commit(change: Change): Promise<void>;
  /** Readings waiting, and the bytes they use. Constant time. */
  size(): { readonly readings: number; readonly bytes: number };
  /** Replace a station's claim by what `decide` makes of it, against all other processes. */
  claim(stationId: number, decide: (present: Ownership | undefined) => Ownership): Ownership;
  close(): Promise<void>;
}
