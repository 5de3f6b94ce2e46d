import type { Backoff } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { isCoded, messageOf } from "../../schemas/errors.ts";
import { readingsTopic, refusedTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { Refusal } from "../../schemas/states.ts";
import type { Outbox } from "../outbox/ports.ts";
import type { Connection, MqttConnect, Will } from "./ports.ts";
import { Sender } from "./sender.ts";

/** A stop waits at most this long for PUBACKs, ms. */
const GRACE_MS = 1_000;
/** A gateway has this long to answer, ms; after a try that took all of it twice as long, up to the most. */
const CONNECT_MS = 5_000;
const CONNECT_AT_MOST_MS = 80_000;

export interface UplinkOptions {
  readonly stationId: number;
  readonly agentBoot: number;
  readonly outbox: Outbox;
  readonly devices: () => readonly string[];
  readonly connect: MqttConnect;
  /** The gateways to choose from, asked before each try. */
  readonly urls: () => readonly string[];
  readonly encode: (batch: ReadingBatch) => Buffer;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly logger: Logger;
  /** The will of this agent boot's `connection`-th connection. */
  readonly will: (connection: number) => Will;
  /** The gateway answered: states may be published. */
  readonly onUp: (connection: number, publish: (topic: string, payload: Buffer) => Promise<void>) => void;
  readonly onDown: () => void;
}

/**
 * A station's way to the gateway: connects, sends what is in the outbox, and begins again from the outbox after any
 * loss. Nothing is kept from one connection to the next but what the outbox has, and the search for a refused reading.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #sender: Sender;
  #connection: Connection | null = null;
  #connections = 0;
  #stopped = false;
  #cancelRetry: (() => void) | null = null;
  #connectMs = CONNECT_MS;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#sender = new Sender(options);
  }

  get connected(): boolean {
    return this.#connection !== null;
  }

  start(): void {
    void this.#connect();
  }

  /** The outbox has more. */
  wake(): void {
    this.#sender.wake();
  }

  /** Send nothing more; wait a little for what is in flight, so that less is sent twice. */
  async drain(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#sender.pause();
    for (let waited = 0; this.#connection && this.#sender.inFlight > 0 && waited < GRACE_MS; waited += 20) {
      await this.#options.clock.sleep(20);
    }
  }

  /** What is still unacknowledged stays in the outbox. */
  async stop(): Promise<void> {
    await this.drain();
    this.#sender.end();
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  async #connect(): Promise<void> {
    const { stationId, urls, connect, clock, backoff, logger, will, onUp } = this.#options;
    const list = urls();
    const url = list[this.#connections % Math.max(1, list.length)] ?? "";
    const number = ++this.#connections;
    let lost = false;
    const began = clock.monotonic();
    try {
      const connection = await connect({
        url,
        withinMs: this.#connectMs,
        clientId: String(stationId),
        will: will(number),
        subscribe: refusedTopic(stationId),
        onMessage: (topic, payload) => {
          if (number === this.#connections && topic === refusedTopic(stationId)) this.#refused(payload);
        },
        onLost: (reason) => {
          lost = true;
          if (number === this.#connections) this.#lost(reason);
        },
      });
      if (this.#stopped) {
        await connection.close();
        return;
      }
      if (lost) return;
      this.#connectMs = CONNECT_MS;
      this.#connection = connection;
      logger.info({ url, connection: number }, "connected to the gateway");
      const publish = async (topic: string, payload: Buffer): Promise<void> => {
        await connection.publish(topic, payload);
        // Only a gateway that acknowledges is a gateway: one that accepts and drops is backed away from.
        backoff.reset();
      };
      // What waited is older news than how the devices are now.
      this.#sender.begin((batch) => publish(readingsTopic(stationId), batch));
      onUp(number, publish);
    } catch (error) {
      // On a starved machine every answer takes long: a limit that none can keep would keep all agents away for good.
      if (clock.monotonic() - began >= this.#connectMs) {
        this.#connectMs = Math.min(CONNECT_AT_MOST_MS, 2 * this.#connectMs);
      }
      if (!lost) this.#lost(messageOf(error), isCoded(error, "GATEWAY_REFUSED"));
    }
  }

  #lost(reason: string, loud = false): void {
    const was = this.#connection;
    this.#connection = null;
    this.#sender.end();
    if (was) this.#options.onDown();
    if (this.#stopped) return;
    // A refusal that leads somewhere is progress, and answered at once.
    const waitMs = this.#sender.hasProgress() ? 50 : this.#options.backoff.next();
    const { logger } = this.#options;
    if (was || loud) logger.warn({ reason, waitMs }, "the gateway is gone: readings wait in the outbox");
    else logger.debug({ reason, waitMs }, "no gateway");
    this.#cancelRetry = this.#options.clock.after(waitMs, () => void this.#connect());
  }

  #refused(payload: Buffer): void {
    const refusal = parseRefusal(payload);
    if (!refusal) {
      this.#options.logger.warn({ payload: payload.toString("utf8", 0, 200) }, "no refusal in the message");
      return;
    }
    this.#options.logger.warn({ ...refusal }, "the gateway refuses a batch");
    if (refusal.permanent) this.#sender.refused(refusal.batchId, refusal.code);
    else if (refusal.maxBytes !== undefined) this.#sender.tooLarge(refusal.batchId, refusal.maxBytes);
  }
}

function parseRefusal(payload: Buffer): Refusal | undefined {
  try {
    const { batchId, code, permanent, maxBytes } = JSON.parse(payload.toString("utf8")) as Partial<Refusal>;
    if (typeof batchId !== "number" || typeof permanent !== "boolean") return undefined;
    return { batchId, code: String(code), permanent, ...(typeof maxBytes === "number" ? { maxBytes } : {}) };
  } catch {
    return undefined;
  }
}
