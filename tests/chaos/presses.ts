import { setTimeout as sleep } from "node:timers/promises";
import type { SimulatorControl } from "../support/simulator.ts";

const STEP_MS = 200;

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
  readonly #each: number;
  #going = true;

  /** @param perSecond - over all of these devices. */
  constructor(simulator: SimulatorControl, devices: readonly string[], perSecond: number) {
    this.#simulator = simulator;
    this.#devices = devices;
    this.#each = Math.max(1, Math.round((perSecond * STEP_MS) / 1_000 / devices.length));
    for (const device of devices) this.taken.set(device, 0);
  }

  get total(): number {
    return [...this.taken.values()].reduce((sum, n) => sum + n, 0);
  }

  /** Press until `end` is called. Rejects when the simulator does not take a press. */
  async run(): Promise<void> {
    while (this.#going) {
      for (const device of this.#devices) {
        const stored = await this.#simulator.press(device, this.#each);
        this.taken.set(device, (this.taken.get(device) ?? 0) + stored);
        this.refused += this.#each - stored;
      }
      await sleep(STEP_MS);
    }
  }

  end(): void {
    this.#going = false;
  }
}
