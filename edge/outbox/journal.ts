import { randomUUID } from "node:crypto";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { ProcessIdentity } from "../../infra/runtime/process-identity.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";
import type { HelloFrame } from "../../schemas/wire/frame.ts";
import { decideClaim } from "./claim.ts";
import { decodeReading, encodeReading, identityIn, sizeInBatch } from "./codec.ts";
import { FlushWatch } from "./flush-watch.ts";
import { GroupCommit } from "./group.ts";
import { adopt, type HelloPosition, hear } from "./hello-books.ts";
import { emptyLedger, type Ledger, type StoredReading, upgraded } from "./ledger.ts";
import type { OutboxRow, OutboxStore } from "./outbox-store.ts";
import type { Claimed, Outbox, OutboxSize, QuarantinedReading, QueuedReading } from "./ports.ts";
import { type Leaving, record, release, setAside } from "./queue-books.ts";
import { SpaceGuard } from "./space.ts";

/** A group is flushed when it is this old, ms, or holds this many readings. */
export const GROUP = { ms: 5, readings: 256 } as const;
/** After a failed flush nothing is accepted for this long, ms; releases are tried again then. */
const REST_MS = 500;

export interface JournalOptions {
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Readings may use this many bytes on disk. */
  readonly limitBytes: number;
  readonly isAlive: (owner: ProcessIdentity) => boolean;
  /** A name for an outbox that has none; left out: a random one. */
  readonly newBox?: () => string;
  /** A flush does not end, and no later one can begin; left out: it is only told. */
  readonly onStuck?: () => void;
}

/**
 * The outbox over any store: bookkeeping in memory runs ahead of the disk by at most one group being flushed and one
 * being gathered. When a flush fails both are undone, their callers told, and only releases are kept for later.
 */
export class Journal implements Outbox {
  readonly #options: JournalOptions;
  readonly #space: SpaceGuard;
  readonly #watch: FlushWatch;
  readonly #ledgers = new Map<string, Ledger>();
  /** Releases not yet durable, by device. */
  readonly #releases = new Map<string, number>();
  #gathering = new GroupCommit();
  #flushing: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #restUntil = 0;
  #failure: CodedError | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#space = new SpaceGuard(options);
    this.#watch = new FlushWatch(options);
  }

  ledger(deviceId: string): Ledger {
    const known = this.#ledgers.get(deviceId);
    if (known) return known;
    const stored = this.#options.store.ledger(deviceId);
    const ledger = stored ? upgraded(stored) : emptyLedger(deviceId);
    this.#ledgers.set(deviceId, ledger);
    return ledger;
  }

  devices(stationId: number): readonly string[] {
    const ids = [...this.#ledgers.keys()].filter((id) => id.startsWith(`${stationId}-`));
    return [
      ...new Set([...this.#options.store.ledgers(`${stationId}-`).map((l) => l.deviceId), ...ids]),
    ].sort();
  }

  append(deviceId: string, readings: readonly StoredReading[]): Promise<void> {
    const refusal = this.#refusal();
    if (refusal) return Promise.reject(refusal);
    let ledger = this.ledger(deviceId);
    const rows = readings.map((reading) => {
      const row = { n: ledger.head, bytes: encodeReading(reading) };
      ledger = record(ledger, reading);
      return row;
    });
    for (const row of rows) this.#gathering.put(deviceId, row);
    this.#ledgers.set(deviceId, ledger);
    return this.#enqueued();
  }

  adopt(deviceId: string, hello: HelloFrame): Promise<void> {
    const before = this.ledger(deviceId);
    const after = adopt(before, hello);
    if (JSON.stringify(after) === JSON.stringify(before)) return Promise.resolve();
    const refusal = this.#resting();
    if (refusal) return Promise.reject(refusal);
    this.#ledgers.set(deviceId, after);
    this.#gathering.touched.add(deviceId);
    return this.#enqueued();
  }

  hear(deviceId: string, said: HelloPosition): void {
    this.#ledgers.set(deviceId, hear(this.ledger(deviceId), said));
  }

  peek(deviceId: string, from: number, limit: number): readonly QueuedReading[] {
    const first = Math.max(from, this.ledger(deviceId).tail);
    return this.#options.store.read(deviceId, first, limit).map((row) => ({
      n: row.n,
      bytes: sizeInBatch(row.bytes),
      reading: decodeReading(deviceId, row.bytes),
    }));
  }

  release(deviceId: string, upTo: number): void {
    if (upTo < this.ledger(deviceId).tail) return;
    this.#releases.set(deviceId, upTo);
    this.#applyRelease(deviceId, upTo);
    this.#schedule();
  }

  quarantine(deviceId: string, n: number, code: string): Promise<void> {
    const ledger = this.ledger(deviceId);
    const row = this.#options.store.read(deviceId, n, 1)[0];
    if (ledger.tail !== n || row?.n !== n) return Promise.resolve();
    this.#ledgers.set(deviceId, setAside(ledger, identityIn(row.bytes)));
    this.#gathering.setAside(deviceId, { ...row, code, at: this.#options.clock.now() });
    return this.#enqueued();
  }

  quarantined(stationId: number): readonly QuarantinedReading[] {
    return this.devices(stationId).flatMap((id) =>
      this.#options.store
        .quarantined(id)
        .map(({ n, code, at, bytes }) => ({ n, code, at, reading: decodeReading(id, bytes) })),
    );
  }

  size(): OutboxSize {
    return this.#space.size();
  }

  claim(stationId: number, owner: ProcessIdentity): Claimed {
    const { store, clock, isAlive, newBox = randomUUID } = this.#options;
    const { boot, box = "" } = store.claim(stationId, (present) =>
      decideClaim({ stationId, owner, present, isAlive, now: clock.now(), newBox }),
    );
    return { boot, box };
  }

  async close(): Promise<void> {
    this.#cancelTimer?.();
    await this.#flushing;
    if (this.#gathering.touched.size > 0) await this.#flush();
    await this.#options.store.close();
  }

  #refusal(): CodedError | null {
    return this.#resting() ?? this.#space.refusal(this.#gathering.bytes);
  }

  #resting(): CodedError | null {
    return this.#options.clock.monotonic() < this.#restUntil ? this.#failure : null;
  }

  #applyRelease(deviceId: string, upTo: number): void {
    const ledger = this.ledger(deviceId);
    if (upTo < ledger.tail) return;
    this.#gathering.remove(deviceId, ledger.tail, upTo);
    const rows = this.#options.store.read(deviceId, ledger.tail, upTo - ledger.tail + 1);
    this.#ledgers.set(deviceId, release(ledger, upTo, leavingOf(rows)));
  }

  /** The caller's change is in the group being gathered: see that it is flushed. */
  #enqueued(): Promise<void> {
    const done = this.#gathering.wait();
    this.#schedule();
    return done;
  }

  #schedule(): void {
    if (this.#flushing) return;
    if (this.#gathering.readings >= GROUP.readings) void this.#flush();
    else this.#arm(GROUP.ms);
  }

  #arm(ms: number): void {
    this.#cancelTimer ??= this.#options.clock.after(ms, () => {
      this.#cancelTimer = null;
      if (!this.#flushing) void this.#flush();
    });
  }

  #flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const group = this.#gathering;
    this.#gathering = new GroupCommit();
    const change = group.change((id) => this.ledger(id));
    this.#watch.begun();
    this.#flushing = this.#options.store.commit(change).then(
      () => this.#flushed(group, change.removes),
      (error: unknown) => this.#undo(group, error),
    );
    return this.#flushing;
  }

  #flushed(group: GroupCommit, removes: readonly { deviceId: string; to: number }[]): void {
    this.#flushing = null;
    this.#watch.ended();
    this.#failure = null;
    for (const { deviceId, to } of removes) {
      if ((this.#releases.get(deviceId) ?? 0) <= to) this.#releases.delete(deviceId);
    }
    this.#space.refresh();
    group.settle();
    if (this.#gathering.touched.size > 0) this.#schedule();
  }

  #undo(group: GroupCommit, cause: unknown): void {
    this.#flushing = null;
    this.#watch.ended();
    const error = isCoded(cause)
      ? cause
      : new CodedError("EDGE_OUTBOX_FAILED", {
          message: `the outbox cannot be written: ${messageOf(cause)}`,
          retryable: true,
          cause,
        });
    const later = this.#gathering;
    this.#gathering = new GroupCommit();
    for (const id of new Set([...group.touched, ...later.touched])) this.#ledgers.delete(id);
    this.#failure = error;
    this.#restUntil = this.#options.clock.monotonic() + REST_MS;
    this.#options.logger.warn({ code: error.code, ...error.context }, error.message);
    for (const [deviceId, upTo] of this.#releases) this.#applyRelease(deviceId, upTo);
    if (this.#gathering.touched.size > 0) this.#arm(REST_MS);
    group.settle(error);
    later.settle(error);
  }
}

/** Rows in order of arrival as runs of one boot each. */
function leavingOf(rows: readonly OutboxRow[]): readonly Leaving[] {
  const leaving: Leaving[] = [];
  for (const { bytes } of rows) {
    const { bootId, seq } = identityIn(bytes);
    const last = leaving.at(-1);
    if (last?.bootId === bootId) leaving[leaving.length - 1] = { bootId, seq, readings: last.readings + 1 };
    else leaving.push({ bootId, seq, readings: 1 });
  }
  return leaving;
}
