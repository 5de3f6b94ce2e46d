import { PastRefused } from "./past-refused.ts";

/** How many read the past at once, and how many wait for their turn. */
export interface GateLimits {
  readonly running: number;
  readonly waiting: number;
}

/** Lets few work at once and few wait: however many look at the past, the present keeps its share of the machine. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** @throws {PastRefused} 429: too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limits.running) {
      const waiting = this.#queue.length;
      if (waiting >= this.#limits.waiting)
        throw new PastRefused(429, `${waiting} others read the past and wait for their turn: ask again`, 2);
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      // The next one takes over this one's place.
      if (next) next();
      else this.#running--;
    }
  }
}
