import type { Clock } from "../../infra/runtime/clock.ts";

/** The city's clock: runs `speed` times as fast as the wall's, and stands still while the simulator does not run. */
export class ServiceClock {
  readonly speed: number;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #from: number;

  /** @param from - service time at this moment, epoch ms. */
  constructor(clock: Clock, from: number, speed: number) {
    this.#clock = clock;
    this.speed = speed;
    this.#from = from;
    this.#startedAt = clock.monotonic();
  }

  /** Epoch ms, whole. */
  now(): number {
    return Math.floor(this.#from + (this.#clock.monotonic() - this.#startedAt) * this.speed);
  }
}
