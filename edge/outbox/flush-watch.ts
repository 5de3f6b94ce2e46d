import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";

/** Looked at so often, ms. A flush is told after the first number of looks, and given up after the second. */
export const FLUSH = { lookMs: 1_000, slow: 10, stuck: 60 } as const;

export interface FlushWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A flush does not end. Everything waits for it, and no later one can begin; left out: it is only told. */
  readonly onStuck?: () => void;
}

/**
 * Watches the flush that is under way. A disk that answers with an error is the journal's business. One that does not
 * answer at all would stop every station of the process without a word, and only a new process helps against a call that
 * never returns. Looks are counted, not time: while this process stands still itself, no disk is late.
 */
export class FlushWatch {
  readonly #options: FlushWatchOptions;
  /** Of the present flush; null: there is none. */
  #looks: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: FlushWatchOptions) {
    this.#options = options;
  }

  begun(): void {
    this.#looks = 0;
    this.#cancel ??= this.#options.clock.every(FLUSH.lookMs, () => this.#look());
  }

  ended(): void {
    this.#looks = null;
  }

  #look(): void {
    const { logger, onStuck } = this.#options;
    if (this.#looks === null) {
      this.#cancel?.();
      this.#cancel = null;
      return;
    }
    this.#looks++;
    const seconds = (this.#looks * FLUSH.lookMs) / 1_000;
    if (this.#looks === FLUSH.slow) {
      logger.warn(
        { seconds },
        "the outbox's disk does not answer: devices keep their readings until it does",
      );
    } else if (this.#looks === FLUSH.stuck) {
      logger.fatal(
        { seconds },
        "the outbox's disk has not answered: this process ends, and the next one begins from what is on the disk",
      );
      onStuck?.();
    }
  }
}
