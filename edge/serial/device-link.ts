import type { Backoff } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { Random } from "../../infra/runtime/random.ts";
import { messageOf } from "../../schemas/errors.ts";
import { type DecodedFrame, FrameDecoder } from "../../schemas/wire/decoder.ts";
import type { ReadingFrame } from "../../schemas/wire/frame.ts";
import type { Ledger, StoredReading } from "../outbox/ledger.ts";
import { markOf } from "../outbox/marks.ts";
import type { Outbox } from "../outbox/ports.ts";
import { type Health, healthOf } from "./health.ts";
import {
  type LinkBoot,
  type LinkCounts,
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  newLink,
} from "./link.ts";
import { LineWriter } from "./outgoing.ts";
import type { OpenSerialLine, SerialLine } from "./serial-line.ts";
import { step } from "./step.ts";

export interface DeviceLinkOptions {
  readonly deviceId: string;
  readonly outbox: Outbox;
  readonly openLine: OpenSerialLine;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits between tries to open a line that is there. */
  readonly backoff: Backoff;
  readonly logger: Logger;
  /** Readings are on disk, or the device's numbers or state moved. */
  readonly onChange: () => void;
}

/** One device: keeps its line open while there is one, and carries the link's rules out on line and outbox. */
export class DeviceLink {
  readonly #options: DeviceLinkOptions;
  readonly #decoder = new FrameDecoder();
  #state: LinkState;
  #path: string | null = null;
  #line: SerialLine | null = null;
  #outgoing: LineWriter | null = null;
  #openedAt: number | null = null;
  #trouble: string | null = null;
  #cancelRetry: (() => void) | null = null;
  /** Counts plugs and unplugs: what belongs to an earlier one is ignored when it arrives late. */
  #generation = 0;
  #toStore: ReadingFrame[] = [];
  #lastSeen: number | null = null;

  constructor(options: DeviceLinkOptions) {
    this.#options = options;
    this.#state = newLink(options.deviceId, marksOf(options.outbox.ledger(options.deviceId)));
  }

  get deviceId(): string {
    return this.#options.deviceId;
  }

  get counts(): LinkCounts {
    return this.#state.counts;
  }

  /** Last valid frame, epoch ms; null: none in this run. */
  get lastSeen(): number | null {
    return this.#lastSeen;
  }

  health(): Health {
    const line = {
      plugged: this.#path !== null,
      trouble: this.#trouble,
      everHeard: this.#lastSeen !== null || this.#options.outbox.ledger(this.deviceId).bootId !== null,
      openedAt: this.#openedAt,
    };
    return healthOf(this.#state, line, this.#options.clock.monotonic());
  }

  /** There is a line at `path` now, or another one than before. */
  plug(path: string): void {
    this.#drop();
    this.#path = path;
    this.#options.backoff.reset();
    void this.#open();
  }

  unplug(): void {
    this.#drop();
    this.#path = null;
    this.#trouble = null;
    this.#options.onChange();
  }

  /** Time passed. */
  tick(): void {
    this.#apply({ type: "tick", at: this.#options.clock.monotonic(), nonce: this.#nonce() });
  }

  async stop(): Promise<void> {
    const line = this.#line;
    this.#drop();
    this.#path = null;
    await line?.close();
  }

  async #open(): Promise<void> {
    const generation = ++this.#generation;
    const path = this.#path;
    if (path === null) return;
    try {
      const line = await this.#options.openLine(path, {
        onData: (chunk) => {
          if (generation === this.#generation) this.#received(chunk);
        },
        onLost: (reason) => {
          if (generation === this.#generation) this.#lost(reason);
        },
      });
      if (generation !== this.#generation) {
        await line.close();
        return;
      }
      this.#line = line;
      this.#outgoing = new LineWriter(
        (bytes) => line.write(bytes),
        (error) => {
          if (generation === this.#generation) this.#lost(messageOf(error));
        },
      );
      const at = this.#options.clock.monotonic();
      this.#openedAt = at;
      this.#trouble = null;
      this.#apply({ type: "opened", at, nonce: this.#nonce() });
    } catch (error) {
      if (generation === this.#generation) this.#lost(messageOf(error));
    }
  }

  /** The line broke while it is still under the serial folder: try again, ever slower, until it is taken away. */
  #lost(reason: string): void {
    this.#drop();
    this.#trouble = reason;
    this.#cancelRetry = this.#options.clock.after(this.#options.backoff.next(), () => void this.#open());
    this.#options.onChange();
  }

  #drop(): void {
    this.#generation += 1;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#outgoing?.stop();
    this.#outgoing = null;
    void this.#line?.close();
    this.#line = null;
    this.#openedAt = null;
    this.#decoder.reset();
    this.#apply({ type: "closed" });
  }

  #received(chunk: Buffer): void {
    const at = this.#options.clock.monotonic();
    for (const decoded of this.#decoder.push(chunk)) {
      if (this.#line === null) break;
      this.#apply(eventOf(decoded, at));
    }
    this.#store();
  }

  #apply(event: LinkEvent): void {
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    if (state.counts.frames > before.counts.frames) {
      this.#lastSeen = this.#options.clock.now();
      this.#options.backoff.reset();
    }
    for (const effect of effects) this.#carryOut(effect);
    if (before.phase !== state.phase || before.alarm !== state.alarm) this.#options.onChange();
  }

  #carryOut(effect: LinkEffect): void {
    const { outbox, logger } = this.#options;
    switch (effect.type) {
      case "send":
        this.#outgoing?.send(effect.frame);
        break;
      case "store":
        this.#toStore.push(effect.reading);
        break;
      case "adopt":
        // In the order of the line: what came before the HELLO is not to be taken for forgotten.
        this.#store();
        outbox.adopt(this.deviceId, effect.hello).then(this.#options.onChange, (e) => this.#refused(e));
        break;
      case "heard":
        outbox.hear(this.deviceId, effect.frame);
        break;
      case "warn":
        logger.warn({ device: this.deviceId, ...effect.context }, effect.what);
        break;
      case "hang-up":
        this.#lost(effect.reason);
        break;
    }
  }

  #store(): void {
    const frames = this.#toStore;
    if (frames.length === 0) return;
    this.#toStore = [];
    const edgeTime = this.#options.clock.now();
    const readings = frames.map(({ type: _, ...reading }): StoredReading => ({ ...reading, edgeTime }));
    const ends = new Map(frames.map((f) => [f.bootId, f.seq]));
    try {
      this.#options.outbox.append(this.deviceId, readings).then(
        () => {
          for (const [bootId, seq] of ends) this.#apply({ type: "stored", bootId, seq });
          this.#options.onChange();
        },
        (error: unknown) => this.#refused(error),
      );
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    this.#options.logger.debug({ device: this.deviceId, err: messageOf(error) }, "not stored");
    const ledger = this.#options.outbox.ledger(this.deviceId);
    this.#apply({
      type: "refused",
      at: this.#options.clock.monotonic(),
      nonce: this.#nonce(),
      taken: (bootId) => markOf(ledger.boots, bootId)?.stored ?? 0,
    });
  }

  #nonce(): number {
    return Math.floor(this.#options.random() * 0x1_0000_0000);
  }
}

function marksOf(ledger: Ledger): ReadonlyMap<number, LinkBoot> {
  return new Map(
    ledger.boots.map(({ bootId, nonce, memoryBootId, stored }) => [
      bootId,
      { nonce, memoryBootId, stored, taken: stored },
    ]),
  );
}

function eventOf(decoded: DecodedFrame, at: number): LinkEvent {
  return decoded.kind === "frame" ? { type: "frame", at, frame: decoded.frame } : { type: "discarded", at };
}
