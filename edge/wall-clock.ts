import type { Clock } from "../infra/runtime/clock.ts";

/** An order of the supervisor, on standard input: how far off the wall clock is, ms, and for how long, ms. */
const ORDER = /^wall-clock (-?\d{1,12}) (\d{1,6})$/;

/**
 * A clock whose wall time can be made wrong for a while, as on a machine that heard of the right one too late. Its
 * intervals stay right.
 */
export class WallClock implements Clock {
  readonly monotonic: Clock["monotonic"];
  readonly after: Clock["after"];
  readonly every: Clock["every"];
  readonly sleep: Clock["sleep"];
  readonly #real: Clock;
  #offMs = 0;
  #cancel = (): void => {};

  constructor(real: Clock) {
    this.#real = real;
    this.monotonic = () => real.monotonic();
    this.after = (ms, action) => real.after(ms, action);
    this.every = (ms, action) => real.every(ms, action);
    this.sleep = (ms, signal) => real.sleep(ms, signal);
  }

  now(): number {
    return this.#real.now() + this.#offMs;
  }

  /** Carries an order out; other lines are not for it. */
  obey(line: string): void {
    const [, offMs, forMs] = ORDER.exec(line) ?? [];
    if (offMs === undefined) return;
    this.#cancel();
    this.#offMs = Number(offMs);
    this.#cancel = this.#real.after(Number(forMs), () => {
      this.#offMs = 0;
    });
  }
}
