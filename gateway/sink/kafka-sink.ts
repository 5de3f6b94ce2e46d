import type { OutRecord, Producer } from "../../infra/runtime/kafka/ports.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";
import type { Sink, Submission } from "./ports.ts";

/** One round stays within one request of the producer: it is one call, and succeeds or fails as a whole. */
export const ROUND = { records: 800, bytes: 512 * 1024 } as const;

export interface KafkaSinkOptions {
  readonly producer: Producer;
  /** Above this many bytes it is full; below half of it no longer. */
  readonly maxBytes: number;
  /** It was full and has room again. */
  readonly onRoom: () => void;
}

interface Waiting {
  readonly submission: Submission;
  readonly bytes: number;
}

/**
 * Writes in rounds: the next begins when all of the last are settled.
 *
 * After a failed round its connections are closed before the next one is chosen, so nothing that a connection sent
 * behind a lost record overtakes its replay: order per station holds.
 */
export class KafkaSink implements Sink {
  readonly #options: KafkaSinkOptions;
  #queue: Waiting[] = [];
  #head = 0;
  #waitingBytes = 0;
  #full = false;
  #pump: Promise<void> | undefined;

  constructor(options: KafkaSinkOptions) {
    this.#options = options;
  }

  get full(): boolean {
    return this.#full;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  submit(submission: Submission): void {
    const bytes = bytesOf(submission.record);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > this.#options.maxBytes) this.#full = true;
    this.#queue.push({ submission, bytes });
    this.#pump ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#pump) await this.#pump;
  }

  async #run(): Promise<void> {
    // What else was read in this turn of the event loop shares the round.
    await new Promise((resolve) => setImmediate(resolve));
    for (let round = this.#take(); round.length > 0; round = this.#take()) {
      await this.#write(round);
    }
    this.#pump = undefined;
  }

  /**
   * One promise for a whole round: one each would cost as much as the rest of the gateway.
   *
   * What the broker refuses is found by halves, one after the other and each asked again whether it is still wanted: a
   * half that failed may have closed its connections, and what those sent behind it must not be written before their
   * replay. The halves of a refused round may be written twice, which dedup expects.
   */
  async #write(round: readonly Waiting[]): Promise<void> {
    let failure: CodedError | undefined;
    try {
      await this.#options.producer.send(round.map(({ submission }) => submission.record));
    } catch (error) {
      failure = isCoded(error) ? error : unknown(error);
    }
    if (failure?.code === "KAFKA_RECORD_REFUSED" && round.length > 1) {
      const middle = round.length >> 1;
      for (const half of [round.slice(0, middle), round.slice(middle)]) {
        const wanted = half.filter((waiting) => this.#wanted(waiting));
        if (wanted.length > 0) await this.#write(wanted);
      }
      return;
    }
    for (const { submission, bytes } of round) {
      this.#release(bytes);
      submission.settled(failure);
    }
  }

  /** What is not gives its room back. */
  #wanted({ submission, bytes }: Waiting): boolean {
    const wanted = submission.wanted();
    if (!wanted) this.#release(bytes);
    return wanted;
  }

  /** The next round, without what is no longer wanted. */
  #take(): Waiting[] {
    const round: Waiting[] = [];
    let bytes = 0;
    for (; this.#head < this.#queue.length && round.length < ROUND.records; this.#head++) {
      const waiting = this.#queue[this.#head] as Waiting;
      if (!this.#wanted(waiting)) continue;
      if (round.length > 0 && bytes + waiting.bytes > ROUND.bytes) break;
      round.push(waiting);
      bytes += waiting.bytes;
    }
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head > 4096) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return round;
  }

  #release(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#full && this.#waitingBytes < this.#options.maxBytes / 2) {
      this.#full = false;
      this.#options.onRoom();
    }
  }
}

/** Key, value, and what a record costs besides. */
function bytesOf(record: OutRecord): number {
  return 128 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
}

/** An error of no known kind says nothing about what was written. */
function unknown(error: unknown): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", { message: messageOf(error), retryable: true, cause: error });
}
