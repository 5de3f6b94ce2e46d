import { setTimeout as sleep } from "node:timers/promises";
import type { SimulatorControl } from "../support/simulator.ts";

const STEP_MS = 200;
/** Of one turnstile, after a pause in which the simulator stood still. */
const MOST_AT_ONCE = 1_000;

/**
 * Somebody who presses turnstiles and writes each press down that the turnstile took: the devices' own ledger is not
 * asked.
 */
export class Presses {
  readonly taken = new Map<string, number>();
  /** Presses that a full memory refused: the device counts them itself, and they are no readings. */
  refused = 0;
  readonly #simulator: SimulatorControl;
  readonly #devices: readonly string[];
  /** Presses a second of each. */
  readonly #rate: number;
  #going = true;
  /** Nobody goes through these now. */
  readonly #resting = new Map<string, number>();

  /** @param perSecond - over all of these devices. */
  constructor(simulator: SimulatorControl, devices: readonly string[], perSecond: number) {
    this.#simulator = simulator;
    this.#devices = devices;
    this.#rate = perSecond / devices.length;
    for (const device of devices) this.taken.set(device, 0);
  }

  get total(): number {
    return [...this.taken.values()].reduce((sum, n) => sum + n, 0);
  }

  /**
   * Press until `end` is called, each turnstile as often as it should have been pressed by then. Rejects when the simulator
   * does not take a press.
   */
  async run(): Promise<void> {
    const began = performance.now();
    let before = 0;
    while (this.#going) {
      await sleep(STEP_MS);
      const due = Math.floor((this.#rate * (performance.now() - began)) / 1_000);
      const times = Math.min(due - before, MOST_AT_ONCE);
      const pressed = this.#devices.filter((device) => !this.#resting.has(device));
      if (times > 0) await Promise.all(pressed.map((device) => this.#press(device, times)));
      before += Math.max(0, times);
    }
  }

  async #press(device: string, times: number): Promise<void> {
    const stored = await this.#simulator.press(device, times);
    this.taken.set(device, (this.taken.get(device) ?? 0) + stored);
    this.refused += times - stored;
  }

  /** Leave a turnstile alone until it may go on. @returns lets it go on. */
  rest(device: string): () => void {
    this.#resting.set(device, (this.#resting.get(device) ?? 0) + 1);
    return () => {
      const left = (this.#resting.get(device) ?? 1) - 1;
      if (left > 0) this.#resting.set(device, left);
      else this.#resting.delete(device);
    };
  }

  end(): void {
    this.#going = false;
  }
}
