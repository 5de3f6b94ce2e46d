import type { Clock } from "../clock.ts";

interface Timer {
  due: number;
  readonly period: number | null;
  readonly action: () => void;
}

/** A clock that stands still until `advance` moves it: for unit tests, which never sleep. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, action: () => void): () => void {
    return this.#add({ due: this.#monotonic + ms, period: null, action });
  }

  every(ms: number, action: () => void): () => void {
    return this.#add({ due: this.#monotonic + ms, period: Math.max(1, ms), action });
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        cancel();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.after(ms, done);
      signal?.addEventListener("abort", done);
    });
  }

  /** Move both clocks by `ms`, running what falls due in order. Set the wall clock alone with `setWall`. */
  advance(ms: number): void {
    const until = this.#monotonic + ms;
    for (;;) {
      const next = this.#nextDue(until);
      if (!next) break;
      this.#step(next.due - this.#monotonic);
      if (next.period === null) this.#timers.delete(next);
      else next.due += next.period;
      next.action();
    }
    this.#step(until - this.#monotonic);
  }

  setWall(now: number): void {
    this.#now = now;
  }

  #step(ms: number): void {
    this.#monotonic += ms;
    this.#now += ms;
  }

  #nextDue(until: number): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= until && (!best || timer.due < best.due)) best = timer;
    }
    return best;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}
