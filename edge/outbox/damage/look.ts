import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../schemas/errors.ts";
import { decodeReading } from "../codec.ts";
import { LmdbStore } from "../lmdb-store.ts";
import type { StationClaim } from "../outbox-store.ts";
import { LmdbFile, lastingFault } from "./lmdb-file.ts";

/** What a process that looks at an outbox reports before it ends, or dies of what it sees. */
export type LookReport =
  | { readonly claims: readonly StationClaim[] }
  | { readonly sound: true }
  | { readonly damage: string }
  /** It could not look, which says nothing of the outbox. */
  | { readonly unable: string };

export const DATA_FILE = "data.mdb";

/** Reasons not to open an outbox that say nothing of what is in it. */
const UNABLE =
  /permission|not permitted|no space|memory|too many|read-only|no such file|unavailable|READERS_FULL|MAP_RESIZED|VERSION_MISMATCH/i;

/**
 * Look at everything that an outbox holds, as its agents would. LMDB maps the file into memory and trusts it: a damaged
 * page ends the process, so this is a process of its own. Others may use the outbox meanwhile; nothing is written.
 */
export async function lookAtOutbox(
  folder: string,
  report: (report: LookReport) => Promise<void>,
): Promise<void> {
  let store: LmdbStore;
  try {
    store = new LmdbStore({ folder, readOnly: true, mapBytes: 2 ** 30, every: () => () => {} });
  } catch (error) {
    const text = messageOf(error);
    return report(UNABLE.test(text) ? { unable: text } : { damage: text });
  }
  let damage: string | null;
  try {
    // Before all else: when this process dies of what follows, it is asked who uses the outbox.
    await report({ claims: store.claims() });
    damage = damageIn(store, join(folder, DATA_FILE));
  } catch (error) {
    damage = messageOf(error);
  }
  await report(damage === null ? { sound: true } : { damage });
}

/** In one turn of the event loop, because reads of a turn see one state of the outbox. */
function damageIn(store: LmdbStore, file: string): string | null {
  const ledgers = store.ledgers("");
  const next = new Map(ledgers.map((ledger) => [ledger.deviceId, ledger.tail]));
  for (const { deviceId, row } of store.rows()) {
    const expected = next.get(deviceId);
    if (expected === undefined) return `readings of ${deviceId} wait without a ledger`;
    if (row.n !== expected) return `reading ${expected} of ${deviceId} is missing`;
    if (!isReading(deviceId, row.bytes)) return `reading ${row.n} of ${deviceId} is overwritten`;
    next.set(deviceId, expected + 1);
  }
  const short = ledgers.find(({ deviceId, head }) => next.get(deviceId) !== head);
  if (short) return `reading ${next.get(short.deviceId)} of ${short.deviceId} is missing`;
  for (const { deviceId } of ledgers) {
    const overwritten = store.quarantined(deviceId).find(({ bytes }) => !isReading(deviceId, bytes));
    if (overwritten) return `reading ${overwritten.n} of ${deviceId}, set aside, is overwritten`;
  }
  if (!existsSync(file)) return null;
  const pages = new LmdbFile(file);
  try {
    return lastingFault(pages);
  } finally {
    pages.close();
  }
}

export function isReading(deviceId: string, bytes: Buffer): boolean {
  try {
    const { bootId, seq } = decodeReading(deviceId, bytes);
    return Number.isSafeInteger(bootId) && Number.isSafeInteger(seq) && bootId >= 0 && seq >= 1;
  } catch {
    return false;
  }
}
