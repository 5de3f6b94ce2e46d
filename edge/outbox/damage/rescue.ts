import { fromBufferKey } from "ordered-binary";
import { identityIn } from "../codec.ts";
import { type Ledger, upgraded } from "../ledger.ts";
import type { OutboxRow, OutboxStore, Ownership, QuarantineRow, StationClaim } from "../outbox-store.ts";
import { carriedOver } from "./carried-over.ts";
import type { LmdbFile } from "./lmdb-file.ts";
import { isReading } from "./look.ts";

/** Readings that become durable together. */
const CHUNK = 2_000;

/** What could be carried over from a damaged outbox, and what could not. */
export interface Rescued {
  readonly devices: number;
  readonly readings: number;
  /** Devices of which readings were found and no ledger: what else waited of them is not known. */
  readonly withoutLedger: readonly string[];
  /** Readings that waited, by the books that could be read, and are gone; by device. */
  readonly lost: ReadonlyMap<string, number>;
}

/** Carry over into an empty store what a damaged file still holds. What was lost stands in the ledgers, by name. */
export async function rescue(file: LmdbFile, store: OutboxStore): Promise<Rescued> {
  for (const { stationId, claim } of claimsIn(file)) store.claim(stationId, () => claim);
  const ledgers = new Map<string, Ledger>();
  for (const [key, value] of readable(file, "ledgers")) {
    const ledger = jsonIn(value) as Ledger | null;
    if (typeof key === "string" && isLedger(ledger)) ledgers.set(key, upgraded(ledger));
  }
  const setAside = new Map<string, QuarantineRow[]>();
  for (const [key, value] of readable(file, "quarantine")) {
    const { code, at, hex } = (jsonIn(value) ?? {}) as { code?: string; at?: number; hex?: string };
    const [deviceId, n] = queueKey(key);
    const bytes = Buffer.from(hex ?? "", "hex");
    if (code === undefined || at === undefined || !isReading(deviceId, bytes)) continue;
    setAside.set(deviceId, [...(setAside.get(deviceId) ?? []), { n, code, at, bytes }]);
  }
  const lost = new Map<string, number>();
  let readings = 0;
  const done = new Set<string>();
  const finish = async (deviceId: string, rows: readonly OutboxRow[]): Promise<void> => {
    done.add(deviceId);
    const before = ledgers.get(deviceId) ?? null;
    const waiting = before ? rows.filter(({ n }) => before.tail <= n && n < before.head) : rows;
    const quarantined = setAside.get(deviceId) ?? [];
    const device = carriedOver(
      deviceId,
      before,
      waiting.map(({ n, bytes }) => ({ n, ...identityIn(bytes) })),
      { lastN: quarantined.at(-1)?.n ?? 0, count: quarantined.length },
    );
    const kept = waiting.map(({ bytes }, i) => ({ n: device.firstN + i, bytes }));
    await write(store, device.ledger, kept, quarantined);
    readings += kept.length;
    if (device.lost > 0) lost.set(deviceId, device.lost);
  };
  const rows: OutboxRow[] = [];
  let of = "";
  for (const [key, bytes] of readable(file, "queue")) {
    const [deviceId, n] = queueKey(key);
    if (!isReading(deviceId, bytes)) continue;
    if (deviceId !== of && rows.length > 0) await finish(of, rows.splice(0));
    of = deviceId;
    rows.push({ n, bytes });
  }
  if (rows.length > 0) await finish(of, rows);
  for (const deviceId of new Set([...ledgers.keys(), ...setAside.keys()])) {
    if (!done.has(deviceId)) await finish(deviceId, []);
  }
  const withoutLedger = [...done].filter((deviceId) => !ledgers.has(deviceId));
  return { devices: done.size, readings, withoutLedger, lost };
}

/** Who uses the outbox, as far as that can be read. */
export function claimsIn(file: LmdbFile): readonly StationClaim[] {
  return [...readable(file, "claims")].flatMap(([stationId, value]) => {
    const claim = jsonIn(value) as Ownership | null;
    return typeof stationId === "number" && typeof claim?.boot === "number" ? [{ stationId, claim }] : [];
  });
}

/** A ledger is written with the last of its readings, so that a device is there whole or not at all. */
async function write(
  store: OutboxStore,
  ledger: Ledger,
  rows: readonly OutboxRow[],
  setAside: readonly QuarantineRow[],
): Promise<void> {
  const { deviceId } = ledger;
  for (let from = 0; from === 0 || from < rows.length; from += CHUNK) {
    const isLast = from + CHUNK >= rows.length;
    await store.commit({
      puts: rows.slice(from, from + CHUNK).map((row) => ({ deviceId, row })),
      removes: [],
      quarantined: isLast ? setAside.map((row) => ({ deviceId, row })) : [],
      ledgers: isLast ? new Map([[deviceId, ledger]]) : new Map(),
    });
  }
}

function* readable(file: LmdbFile, database: string): Generator<readonly [key: unknown, value: Buffer]> {
  for (const { key, value } of file.entries(database)) {
    try {
      yield [fromBufferKey(key), value];
    } catch {
      // An overwritten key.
    }
  }
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

function isLedger(value: Ledger | null): value is Ledger {
  return (
    value !== null &&
    [value.head, value.tail, value.stored, value.published].every(Number.isSafeInteger) &&
    value.tail <= value.head &&
    Array.isArray(value.boots)
  );
}

function queueKey(key: unknown): readonly [deviceId: string, n: number] {
  const [deviceId, n] = Array.isArray(key) ? key : [];
  return typeof deviceId === "string" && Number.isSafeInteger(n) ? [deviceId, n] : ["", 0];
}
