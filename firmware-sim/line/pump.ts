import type { Clock } from "../../infra/runtime/clock.ts";
import type { DeviceLine } from "./device-line.ts";

/** Lines that wait for their speed are served this often; all lines, for heartbeats and resends, at the slow beat. */
const FAST_MS = 5;
const SLOW_MS = 100;

/**
 * Keeps all lines sending: at once when something happened on them, at the fast beat while a line waits for its own
 * speed, at the slow beat for timers and for lines without a reader. No beat runs for lines that have nothing to do.
 */
export class Pump {
  readonly #clock: Clock;
  readonly #lines = new Set<DeviceLine>();
  readonly #pacing = new Set<DeviceLine>();
  #stopSlow: (() => void) | undefined;
  #stopFast: (() => void) | undefined;
  readonly #onError: (line: DeviceLine, error: unknown) => void;

  /** @param onError - a line whose terminal failed; the others go on. */
  constructor(clock: Clock, onError: (line: DeviceLine, error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  add(line: DeviceLine): void {
    this.#lines.add(line);
    line.onWake = () => this.#serve(line);
  }

  start(): void {
    this.#stopSlow ??= this.#clock.every(SLOW_MS, () => {
      for (const line of this.#lines) if (!this.#pacing.has(line)) this.#serve(line);
    });
  }

  stop(): void {
    this.#stopSlow?.();
    this.#stopFast?.();
    this.#stopSlow = undefined;
    this.#stopFast = undefined;
  }

  #serve(line: DeviceLine): void {
    try {
      if (line.pump() === "pacing") this.#pacing.add(line);
      else this.#pacing.delete(line);
    } catch (error) {
      this.#pacing.delete(line);
      this.#onError(line, error);
    }
    if (this.#pacing.size > 0) this.#stopFast ??= this.#clock.every(FAST_MS, () => this.#serveFast());
  }

  #serveFast(): void {
    for (const line of [...this.#pacing]) this.#serve(line);
    if (this.#pacing.size > 0) return;
    this.#stopFast?.();
    this.#stopFast = undefined;
  }
}
