import { mkdirSync } from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import type { Ledger } from "./ledger.ts";
import type {
  Change,
  OutboxRow,
  OutboxStore,
  Ownership,
  QuarantineRow,
  StationClaim,
} from "./outbox-store.ts";

type QueueKey = [deviceId: string, n: number];

/** `mdb_stat` of one database, as lmdb-js names the fields. */
interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

/** A killed reader would keep the file growing until its slot is found and freed. */
const READER_CHECK_MS = 10_000;
/** Errors of a write that needs space: the file's, the map's, a limit's, and what LMDB makes of a full disk (EIO). */
const NO_SPACE = /ENOSPC|MDB_MAP_FULL|MDB_TXN_FULL|EIO|No space|Input\/output|map full|File too large/i;

export interface LmdbOptions {
  /** A folder, made if missing: one environment per home, shared by all its processes. */
  readonly folder: string;
  /** Look only: nothing is made or written. */
  readonly readOnly?: boolean;
  /** How far the file may grow, bytes; more than the limit of live bytes, because the file keeps free pages. */
  readonly mapBytes: number;
  /** Repeats an action; cancelled by the returned function. */
  readonly every: (ms: number, action: () => void) => () => void;
}

/** The outbox on disk. Keys (device, arrival number): each device is a queue of its own. */
export class LmdbStore implements OutboxStore {
  readonly #root: RootDatabase<unknown, string>;
  readonly #queue: Database<Buffer, QueueKey>;
  readonly #ledgers: Database<Ledger, string>;
  readonly #quarantine: Database<{ code: string; at: number; hex: string }, QueueKey>;
  readonly #claims: Database<Ownership, number>;
  readonly #stopChecks: () => void;

  constructor(options: LmdbOptions) {
    const readOnly = options.readOnly ?? false;
    if (!readOnly) mkdirSync(options.folder, { recursive: true });
    this.#root = open<unknown, string>({
      path: options.folder,
      readOnly,
      mapSize: options.mapBytes,
      // With overlapping syncs a commit's promise resolves before the flush: acknowledgements would run ahead.
      overlappingSync: false,
      // Batches are explicit here; the automatic one rejects an unreachable promise when its commit fails.
      eventTurnBatching: false,
      noSubdir: false,
      maxDbs: 8,
    });
    this.#queue = this.#root.openDB({ name: "queue", encoding: "binary" });
    this.#ledgers = this.#root.openDB({ name: "ledgers", encoding: "json" });
    this.#quarantine = this.#root.openDB({ name: "quarantine", encoding: "json" });
    this.#claims = this.#root.openDB({ name: "claims", encoding: "json" });
    this.#stopChecks = options.every(READER_CHECK_MS, () => this.#root.readerCheck());
  }

  ledger(deviceId: string): Ledger | undefined {
    return this.#ledgers.get(deviceId);
  }

  ledgers(prefix: string): readonly Ledger[] {
    const range = this.#ledgers.getRange({ start: prefix, end: `${prefix}\uffff` });
    return [...range].map((entry) => entry.value);
  }

  read(deviceId: string, from: number, limit: number): readonly OutboxRow[] {
    const range = this.#queue.getRange({ start: [deviceId, from], end: [deviceId, Number.MAX_VALUE], limit });
    return [...range].map(({ key, value }) => ({ n: key[1], bytes: value }));
  }

  quarantined(deviceId: string): readonly QuarantineRow[] {
    const range = this.#quarantine.getRange({ start: [deviceId, 0], end: [deviceId, Number.MAX_VALUE] });
    return [...range].map(({ key, value }) => ({
      n: key[1],
      code: value.code,
      at: value.at,
      bytes: Buffer.from(value.hex, "hex"),
    }));
  }

  /** All readings that wait, in the order of devices and arrival. */
  *rows(): Generator<{ readonly deviceId: string; readonly row: OutboxRow }> {
    for (const { key, value } of this.#queue.getRange({})) {
      yield { deviceId: key[0], row: { n: key[1], bytes: value } };
    }
  }

  claims(): readonly StationClaim[] {
    return [...this.#claims.getRange({})].map(({ key, value }) => ({ stationId: key, claim: value }));
  }

  async commit(change: Change): Promise<void> {
    try {
      await this.#root.batch(() => {
        for (const { deviceId, row } of change.puts)
          swallowRejection(this.#queue.put([deviceId, row.n], row.bytes));
        for (const { deviceId, from, to } of change.removes) {
          for (let n = from; n <= to; n++) swallowRejection(this.#queue.remove([deviceId, n]));
        }
        for (const { deviceId, row } of change.quarantined) {
          const { n, code, at, bytes } = row;
          swallowRejection(this.#quarantine.put([deviceId, n], { code, at, hex: bytes.toString("hex") }));
        }
        for (const [deviceId, ledger] of change.ledgers)
          swallowRejection(this.#ledgers.put(deviceId, ledger));
      });
    } catch (error) {
      throw await storeError(error);
    }
  }

  size(): { readonly readings: number; readonly bytes: number } {
    const stats = this.#queue.getStats() as Stats;
    const pages = stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
    return { readings: stats.entryCount, bytes: pages * stats.pageSize };
  }

  claim(stationId: number, decide: (present: Ownership | undefined) => Ownership): Ownership {
    // A write transaction excludes every other process: two claimants cannot both see a free station.
    return this.#root.transactionSync(() => {
      const claim = decide(this.#claims.get(stationId));
      this.#claims.putSync(stationId, claim);
      return claim;
    });
  }

  async close(): Promise<void> {
    this.#stopChecks();
    await this.#root.close();
  }
}

/** Each write of a failed batch rejects beside the batch itself; unhandled, one of them would end the process. */
function swallowRejection(write: Promise<boolean>): void {
  write.then(undefined, () => {});
}

/** lmdb-js rejects with a promise of the true error inside, which must be handled or it ends the process. */
async function storeError(error: unknown): Promise<CodedError> {
  const inner = (error as { commitError?: Promise<never> }).commitError;
  let cause: unknown = error;
  if (inner) {
    cause = await Promise.race([
      inner.catch((reason: unknown) => reason),
      new Promise((resolve) => setImmediate(() => resolve(error))),
    ]);
  }
  const text = messageOf(cause);
  return NO_SPACE.test(text)
    ? new CodedError("EDGE_OUTBOX_FULL", {
        message: `the disk of the outbox is full (${text}): free some space; devices keep their readings until then`,
        retryable: true,
        cause,
      })
    : new CodedError("EDGE_OUTBOX_FAILED", {
        message: `the outbox cannot be written: ${text}`,
        retryable: true,
        cause,
      });
}
