import type { PortChoice, ReservePort } from "./ports.ts";
import { controllerOf, probeOf, workerOf } from "./wishes.ts";

/**
 * The ports of a system. Each is bound from its choice until the part that listens there starts, so that nothing else
 * gets it while that part still waits for others.
 *
 * A short time is left, from the start of a process until it listens. What happens in it is seen afterwards (`lostBy`).
 */
export class ReservedPorts {
  readonly #choices: readonly PortChoice[];
  readonly #hold: ReservePort;

  constructor(choices: readonly PortChoice[], hold: ReservePort) {
    this.#choices = choices;
    this.#hold = hold;
  }

  /** 0: it has none. */
  portOf(name: string): number {
    return this.#choices.find((choice) => choice.name === name)?.port ?? 0;
  }

  /** From here on the part itself may listen. */
  release(part: string): void {
    for (const { held } of this.#of(part)) held.release();
  }

  /** Parts that do not run here leave theirs to others. */
  keepOnly(parts: readonly string[]): void {
    const kept = new Set(parts.flatMap((part) => this.#of(part)));
    for (const choice of this.#choices) if (!kept.has(choice)) choice.held.release();
  }

  releaseAll(): void {
    this.keepOnly([]);
  }

  /**
   * Which port of a part, whose process has ended, has another program now? One that the user named does not count: no
   * other is an answer.
   */
  async lostBy(part: string): Promise<number | undefined> {
    for (const { port, wish } of this.#of(part)) {
      if (wish.exactly) continue;
      const held = await this.#hold(port, wish.host);
      if (!held) return port;
      held.release();
    }
    return undefined;
  }

  #of(part: string): readonly PortChoice[] {
    const names = [part, probeOf(part), controllerOf(part), workerOf(part)];
    return this.#choices.filter(({ name }) => names.includes(name));
  }
}
