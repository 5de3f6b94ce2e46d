import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { LIMITS } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { Outbox } from "../outbox/ports.ts";
import { type BuiltBatch, buildBatch, type DeviceQueue } from "./batch.ts";
import { BatchLimit } from "./batch-limit.ts";
import { PoisonSearch } from "./poison-search.ts";
import { WINDOW, Window } from "./window.ts";

/**
 * Batches that are not full leave at least so long apart, ms. The first after a pause leaves at once: a lone reading has
 * nothing to wait for.
 */
const LINGER_MS = 20;

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
  readonly #search = new PoisonSearch();
  readonly #limit = new BatchLimit();
  /** Batches of the next connection will be smaller than those of this one. */
  #smaller = false;
  #window = new Window();
  /** Next arrival number per device on this connection. */
  #next = new Map<string, number>();
  #publish: ((payload: Buffer) => Promise<void>) | null = null;
  #batchId = 0;
  /** Which device is served first; moves on, so that byte limits do not favour one. */
  #firstDevice = 0;
  #cancelLinger: (() => void) | null = null;
  /** When the last batch left, monotonic ms. */
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Counts connections: what settles late belongs to an earlier one. */
  #generation = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get searching(): boolean {
    return this.#search.searching;
  }

  /** PUBLISHes that wait for their PUBACK. */
  get inFlight(): number {
    return this.#window.size;
  }

  /** A connection is up: everything unacknowledged is sent again, from the outbox. */
  begin(publish: (payload: Buffer) => Promise<void>): void {
    this.end();
    this.#smaller = false;
    this.#publish = publish;
    this.#pump(true);
  }

  /** The connection is gone. */
  end(): void {
    this.#generation += 1;
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
    const ranges = this.#window.rangesOf(batchId);
    if (!ranges) return;
    const poison = this.#search.refused(ranges);
    if (!poison) return;
    this.#options.logger.warn({ device: poison.deviceId, n: poison.from, code }, "one reading is set aside");
    this.#options.outbox.quarantine(poison.deviceId, poison.from, code).catch((error: unknown) => {
      this.#options.logger.warn({ err: messageOf(error) }, "not set aside: it will be refused again");
    });
  }

  /** The readings of this batch are sound, and it is larger than Kafka takes: `maxBytes` would pass. */
  tooLarge(batchId: number, maxBytes: number): void {
    if (!this.#window.rangesOf(batchId)) return;
    const { clock, logger } = this.#options;
    if (!this.#limit.learn(maxBytes, clock.monotonic())) return;
    this.#smaller = true;
    logger.warn({ maxBytes }, "Kafka takes only smaller batches: max.message.bytes of its raw topic is low");
  }

  /** @returns is there something to do that the last connection could not? Then the next one need not wait. */
  hasProgress(): boolean {
    return this.searching || this.#smaller;
  }

  /** @param due - may a batch that is not full leave now? */
  #pump(due: boolean): void {
    while (this.#publish && this.#window.size < (this.searching ? 1 : WINDOW)) {
      const built = this.searching ? this.#poisonSearchBatch() : this.#batch(due);
      if (!built) return;
      this.#send(built);
    }
  }

  #batch(due: boolean): BuiltBatch | undefined {
    const queues = this.#queues();
    const waiting = queues.reduce((n, queue) => n + queue.until - queue.from, 0);
    if (waiting === 0) return undefined;
    const { clock } = this.#options;
    const early = this.#sentAt + LINGER_MS - clock.monotonic();
    if (!due && early > 0 && waiting < LIMITS.batchReadings) {
      this.#cancelLinger ??= clock.after(early, () => {
        this.#cancelLinger = null;
        this.#pump(true);
      });
      return undefined;
    }
    return this.#build(queues, LIMITS.batchReadings);
  }

  #poisonSearchBatch(): BuiltBatch | undefined {
    const { outbox } = this.#options;
    const { queues, limit } = this.#search.half((id) => outbox.ledger(id).tail);
    return this.#build(queues, limit);
  }

  #build(queues: readonly DeviceQueue[], readings: number): BuiltBatch | undefined {
    const { outbox, clock } = this.#options;
    const limits = { readings, bytes: this.#limit.at(clock.monotonic()) };
    const built = buildBatch(queues, limits, (id, from, limit) => outbox.peek(id, from, limit));
    // Accepted by the outbox and not yet on disk: `wake` comes once it is.
    return built.readings > 0 ? built : undefined;
  }

  #queues(): DeviceQueue[] {
    const { outbox, devices } = this.#options;
    const queues = devices().map((deviceId) => {
      const { head, tail } = outbox.ledger(deviceId);
      return { deviceId, from: Math.max(tail, this.#next.get(deviceId) ?? 0), until: head };
    });
    this.#firstDevice = (this.#firstDevice + 1) % Math.max(1, queues.length);
    return [...queues.slice(this.#firstDevice), ...queues.slice(0, this.#firstDevice)];
  }

  #send(built: BuiltBatch): void {
    const { stationId, agentBoot, encode } = this.#options;
    const batchId = ++this.#batchId;
    const generation = this.#generation;
    this.#sentAt = this.#options.clock.monotonic();
    for (const range of built.ranges) this.#next.set(range.deviceId, range.to + 1);
    this.#window.sent(batchId, built.ranges);
    const payload = encode({ stationId, agentBoot, batchId, runs: built.runs });
    this.#publish?.(payload).then(
      () => {
        if (generation === this.#generation) this.#acknowledged(batchId);
      },
      // The connection reports its own end; nothing is decided here.
      () => {},
    );
  }

  #acknowledged(batchId: number): void {
    const ranges = this.#window.acknowledged(batchId);
    for (const { deviceId, to } of ranges) this.#options.outbox.release(deviceId, to);
    this.#search.acknowledged(ranges);
    this.#pump(false);
  }
}
