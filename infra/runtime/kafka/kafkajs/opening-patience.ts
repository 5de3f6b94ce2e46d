import { isCoded } from "../../../../schemas/errors.ts";

const FIRST_MS = 8_000;
const MOST_MS = 64_000;

/**
 * How long a producer may take to open, by its id: twice as long after each time that was too short. On a starved machine
 * one that is always given up after the same time never opens; and one that asks a broker that has died is soon given up.
 */
export class OpeningPatience {
  readonly #waits = new Map<string, number>();

  /** ms */
  of(id: string): number {
    return this.#waits.get(id) ?? FIRST_MS;
  }

  /** @param error - only one that says a time limit counts: a refusal comes as fast whatever the limit is. */
  failed(id: string, error: unknown): void {
    if (!isCoded(error) || error.context["timeoutMs"] === undefined) return;
    this.#waits.set(id, Math.min(MOST_MS, 2 * this.of(id)));
  }

  opened(id: string): void {
    this.#waits.delete(id);
  }
}
