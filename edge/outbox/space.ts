import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { CodedError } from "../../schemas/errors.ts";
import type { OutboxStore } from "./outbox-store.ts";
import type { OutboxSize } from "./ports.ts";

/** Once full, readings are accepted again below this share of the limit, so that the edge is not a flicker. */
const RESUME = 0.98;
/** A full outbox looks again this often, ms: another process may have freed space. */
const LOOK_MS = 100;

export interface SpaceOptions {
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limitBytes: number;
}

/** Watches the limit: bytes in use by readings, because the file itself never shrinks. */
export class SpaceGuard {
  readonly #options: SpaceOptions;
  #size: { readonly readings: number; readonly bytes: number };
  #lookedAt: number;
  #full = false;

  constructor(options: SpaceOptions) {
    this.#options = options;
    this.#size = options.store.size();
    this.#lookedAt = options.clock.monotonic();
  }

  size(): OutboxSize {
    this.refresh();
    return { ...this.#size, limit: this.#options.limitBytes, full: this.#full };
  }

  refresh(): void {
    this.#size = this.#options.store.size();
    this.#lookedAt = this.#options.clock.monotonic();
    if (this.#full && this.#size.bytes < this.#options.limitBytes * RESUME) {
      this.#full = false;
      this.#options.logger.info({ ...this.#size }, "the outbox has room again: readings are acknowledged");
    }
  }

  /** The error for a reading that no longer fits behind `gathered` bytes that are not flushed yet, or null. */
  refusal(gathered: number): CodedError | null {
    const { clock, limitBytes, logger } = this.#options;
    if (this.#full && clock.monotonic() - this.#lookedAt >= LOOK_MS) this.refresh();
    if (!this.#full && this.#size.bytes + gathered < limitBytes) return null;
    const error = new CodedError("EDGE_OUTBOX_FULL", {
      message:
        "the outbox is full: devices keep their readings until the gateway takes some. " +
        "Bring the gateway back, or raise EDGE_OUTBOX_MB",
      retryable: true,
      context: { ...this.#size, limitBytes },
    });
    if (!this.#full) logger.warn({ code: error.code, ...error.context }, error.message);
    this.#full = true;
    return error;
  }
}
