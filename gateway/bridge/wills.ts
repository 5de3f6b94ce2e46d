import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { Sink } from "../sink/ports.ts";
import type { Decider, Origin, Publication } from "./decision.ts";

/** Gap between tries while Kafka does not take a will, ms. */
export const WILL_RETRY_MS = 1_000;

export interface WillsOptions {
  readonly decider: Decider;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onWritten: () => void;
}

/**
 * The last words of agents that vanished. They are not sent again, so they are tried until Kafka has them: one per
 * station, the newest, because each says the same of a later connection.
 */
export class Wills {
  readonly #options: WillsOptions;
  readonly #newest = new Map<number, Publication>();

  constructor(options: WillsOptions) {
    this.#options = options;
  }

  /** Wills not yet in Kafka. */
  get waiting(): number {
    return this.#newest.size;
  }

  /** @param origin - the connection that the will is of, with its generation. */
  execute(origin: Origin, will: Publication): void {
    this.#newest.set(origin.stationId, will);
    this.#submit(origin, will);
  }

  #submit(origin: Origin, will: Publication): void {
    const { decider, sink, clock, logger, onWritten } = this.#options;
    const { stationId } = origin;
    const decision = decider.decide(origin, will);
    if (decision.kind === "refuse" || decision.kind === "wait") {
      // Checked at CONNECT, and executed once its session has a generation: this is a fault of ours.
      logger.error({ station: stationId, topic: will.topic, decision: decision.kind }, "will not written");
      this.#newest.delete(stationId);
      return;
    }
    sink.submit({
      record: decision.record,
      wanted: () => this.#newest.get(stationId) === will,
      settled: (error) => {
        if (!error) onWritten();
        else if (error.retryable) {
          clock.after(WILL_RETRY_MS, () => {
            if (this.#newest.get(stationId) === will) this.#submit(origin, will);
          });
          return;
        } else logger.error({ station: stationId, code: error.code }, `will lost: ${error.message}`);
        if (this.#newest.get(stationId) === will) this.#newest.delete(stationId);
      },
    });
  }
}
