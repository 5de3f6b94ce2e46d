import { LIMITS } from "../../schemas/mqtt.ts";

/** A limit that a gateway named is believed for so long, ms: somebody may have mended the setting behind it. */
export const BELIEVED_MS = 600_000;
/** No batch with a reading in it is smaller, bytes. */
const LEAST_BYTES = 256;

/** How large a batch may be: as large as Kafka takes, where a gateway said that this is less than usual. */
export class BatchLimit {
  #bytes: number = LIMITS.batchBytes;
  #learnedAt = Number.NEGATIVE_INFINITY;

  /** Bytes, at most. @param now - monotonic, ms. */
  at(now: number): number {
    if (now - this.#learnedAt >= BELIEVED_MS) this.#bytes = LIMITS.batchBytes;
    return this.#bytes;
  }

  /**
   * A batch was larger than Kafka takes.
   *
   * @param maxBytes - what would pass, as the gateway says.
   * @returns will batches be smaller from now on?
   */
  learn(maxBytes: number, now: number): boolean {
    const before = this.at(now);
    this.#bytes = Math.max(LEAST_BYTES, Math.min(before, Math.floor(maxBytes)));
    this.#learnedAt = now;
    return this.#bytes < before;
  }
}
