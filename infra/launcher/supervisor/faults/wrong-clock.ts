import type { FaultMaker, FaultOrder, FaultTargets } from "./maker.ts";

const DAY_MS = 86_400_000;

/** The agents' wall clock, a day ahead. The agents themselves bound the time, so it ends with them at the latest. */
export class WrongClock implements FaultMaker {
  readonly #part: string;
  readonly #targets: FaultTargets;

  constructor(part: string, targets: FaultTargets) {
    this.#part = part;
    this.#targets = targets;
  }

  isPossible(): boolean {
    return this.#targets.pidOf(this.#part) !== null;
  }

  strike({ forMs }: FaultOrder): () => void {
    if (!this.#targets.say(this.#part, `wall-clock ${DAY_MS} ${forMs}`))
      throw new Error(`${this.#part} does not run now`);
    return () => void this.#targets.say(this.#part, "wall-clock 0 0");
  }
}
