import type { Backoff } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { FleetEvent } from "../../schemas/fleet.ts";
import type { Post } from "./post.ts";

export interface CourierOptions {
  readonly post: Post;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Events that wait, at most: what comes on top of them is refused. */
  readonly capacity: number;
  /** Events of one POST, at most. */
  readonly batch: number;
  /** Something did not go through, or was refused for good. */
  readonly onTrouble: (reason: string) => void;
}

/** Counts since the start. */
export interface Delivery {
  /** Events sent, those sent again included. */
  readonly posted: number;
  readonly acknowledged: number;
  /** Events that the ingest will never take. */
  readonly refused: number;
  readonly waiting: number;
}

/** One vehicle's unsent events, in order, and their way out: one POST at a time, again until it is acknowledged. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #stopping = new AbortController();
  #waiting: FleetEvent[] = [];
  #limit: number;
  #posted = 0;
  #acknowledged = 0;
  #refused = 0;
  #running: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#limit = options.batch;
  }

  get delivery(): Delivery {
    return {
      posted: this.#posted,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      waiting: this.#waiting.length,
    };
  }

  get full(): boolean {
    return this.#waiting.length >= this.#options.capacity;
  }

  /** Take an event; the caller has asked `full`. */
  add(event: FleetEvent): void {
    this.#waiting.push(event);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** No POST after the one under way. */
  stop(): void {
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopping.signal.aborted) {
      await this.#postOnce(this.#waiting.slice(0, this.#limit));
    }
    this.#running = undefined;
  }

  async #postOnce(events: readonly FleetEvent[]): Promise<void> {
    const { post, clock, backoff, batch, onTrouble } = this.#options;
    this.#posted += events.length;
    const answer = await post(events);
    switch (answer.kind) {
      case "taken":
        this.#waiting.splice(0, events.length);
        this.#acknowledged += events.length;
        this.#limit = Math.min(batch, this.#limit * 2);
        backoff.reset();
        return;
      case "too-large":
        if (events.length > 1) this.#limit = events.length >> 1;
        else this.#drop([0], "one event is too large");
        return;
      case "refused":
        this.#drop(answer.indexes, answer.reason);
        return;
      case "later":
        onTrouble(answer.reason);
        await clock.sleep(Math.max(answer.afterMs, backoff.next()), this.#stopping.signal);
    }
  }

  #drop(indexes: readonly number[], reason: string): void {
    const doomed = new Set(indexes);
    this.#waiting = this.#waiting.filter((_, index) => !doomed.has(index));
    this.#refused += doomed.size;
    this.#options.onTrouble(reason);
  }
}
