import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { LIMITS } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { Outbox } from "../outbox/ports.ts";
import { type Built, buildBatch, type Lane } from "./batch.ts";
import { Suspects } from "./suspects.ts";
import { WINDOW, Window } from "./window.ts";

/** A batch that is not full waits this long for more, ms. */
export const LINGER_MS = 20;

export interface SenderOptions {
  readonly stationId: number;
  readonly agentBoot: number;
  readonly outbox: Outbox;
  readonly devices: () => readonly string[];
  readonly encode: (batch: ReadingBatch) => Buffer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sends the outbox's readings over one connection after the other: in order per device, fair between devices. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #suspects = new Suspects();
  #window = new Window();
  /** Next arrival number per device on this connection. */
  #next = new Map<string, number>();
  #publish: ((payload: Buffer) => Promise<void>) | null = null;
  #batchId = 0;
  /** Which device is served first; moves on, so that byte limits do not favour one. */
  #turn = 0;
  #cancelLinger: (() => void) | null = null;
  /** Counts connections: what settles late belongs to an earlier one. */
  #era = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get searching(): boolean {
    return this.#suspects.searching;
  }

  /** PUBLISHes that wait for their PUBACK. */
  get inFlight(): number {
    return this.#window.size;
  }

  /** A connection is up: everything unacknowledged is sent again, from the outbox. */
  begin(publish: (payload: Buffer) => Promise<void>): void {
    this.end();
    this.#publish = publish;
    this.#pump(true);
  }

  /** The connection is gone. */
  end(): void {
    this.#era += 1;
    this.#publish = null;
    this.#window = new Window();
    this.#next = new Map();
    this.#cancelLinger?.();
    this.#cancelLinger = null;
  }

  /** Send nothing more, but take the PUBACKs of what is in flight. */
  pause(): void {
    this.#publish = null;
  }

  wake(): void {
    if (this.#publish) this.#pump(false);
  }

  /** The gateway will never take this batch of the present connection. */
  refused(batchId: number, code: string): void {
    const cuts = this.#window.cutsOf(batchId);
    if (!cuts) return;
    const guilty = this.#suspects.refused(cuts);
    if (!guilty) return;
    this.#options.logger.warn({ device: guilty.deviceId, n: guilty.from, code }, "one reading is set aside");
    this.#options.outbox.quarantine(guilty.deviceId, guilty.from, code).catch((error: unknown) => {
      this.#options.logger.warn({ err: messageOf(error) }, "not set aside: it will be refused again");
    });
  }

  /** @param due - may a batch that is not full leave now? */
  #pump(due: boolean): void {
    while (this.#publish && this.#window.size < (this.searching ? 1 : WINDOW)) {
      const built = this.searching ? this.#suspectBatch() : this.#batch(due);
      if (!built) return;
      this.#send(built);
    }
  }

  #batch(due: boolean): Built | undefined {
    const lanes = this.#lanes();
    const waiting = lanes.reduce((n, lane) => n + lane.until - lane.from, 0);
    if (waiting === 0) return undefined;
    if (!due && waiting < LIMITS.batchReadings) {
      this.#cancelLinger ??= this.#options.clock.after(LINGER_MS, () => {
        this.#cancelLinger = null;
        this.#pump(true);
      });
      return undefined;
    }
    return this.#build(lanes, { readings: LIMITS.batchReadings, bytes: LIMITS.batchBytes });
  }

  #suspectBatch(): Built | undefined {
    const { outbox } = this.#options;
    const { lanes, limit } = this.#suspects.half((id) => outbox.ledger(id).tail);
    return this.#build(lanes, { readings: limit, bytes: LIMITS.batchBytes });
  }

  #build(lanes: readonly Lane[], limits: { readings: number; bytes: number }): Built | undefined {
    const { outbox } = this.#options;
    const built = buildBatch(lanes, limits, (id, from, limit) => outbox.peek(id, from, limit));
    // Accepted by the outbox and not yet on disk: `wake` comes once it is.
    return built.readings > 0 ? built : undefined;
  }

  #lanes(): Lane[] {
    const { outbox, devices } = this.#options;
    const lanes = devices().map((deviceId) => {
      const { head, tail } = outbox.ledger(deviceId);
      return { deviceId, from: Math.max(tail, this.#next.get(deviceId) ?? 0), until: head };
    });
    this.#turn = (this.#turn + 1) % Math.max(1, lanes.length);
    return [...lanes.slice(this.#turn), ...lanes.slice(0, this.#turn)];
  }

  #send(built: Built): void {
    const { stationId, agentBoot, encode } = this.#options;
    const batchId = ++this.#batchId;
    const era = this.#era;
    for (const cut of built.cuts) this.#next.set(cut.deviceId, cut.to + 1);
    this.#window.sent(batchId, built.cuts);
    const payload = encode({ stationId, agentBoot, batchId, runs: built.runs });
    this.#publish?.(payload).then(
      () => {
        if (era === this.#era) this.#acknowledged(batchId);
      },
      // The connection reports its own end; nothing is decided here.
      () => {},
    );
  }

  #acknowledged(batchId: number): void {
    const cuts = this.#window.acknowledged(batchId);
    for (const { deviceId, to } of cuts) this.#options.outbox.release(deviceId, to);
    this.#suspects.acknowledged(cuts);
    this.#pump(false);
  }
}
