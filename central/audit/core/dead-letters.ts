import type { DeadLetterSeen } from "./events.ts";

/** Of dedup's dead letters so many are remembered, the newest: each excuses one raw record. */
const REMEMBERED = 10_000;

/** Which raw records dedup has refused, and why. */
export class DeadLetters {
  readonly #reasons: Map<string, string>;

  constructor(state: readonly (readonly [string, string])[] = []) {
    this.#reasons = new Map(state);
  }

  add({ raw, reason }: DeadLetterSeen): void {
    if (!raw) return;
    this.#reasons.set(keyOf(raw.partition, raw.offset), reason.slice(0, 200));
    for (const oldest of this.#reasons.keys()) {
      if (this.#reasons.size <= REMEMBERED) break;
      this.#reasons.delete(oldest);
    }
  }

  reason(partition: number, offset: number): string | undefined {
    return this.#reasons.get(keyOf(partition, offset));
  }

  /** The records below these offsets have been judged. */
  forget(partition: number, below: number): void {
    for (const key of this.#reasons.keys()) {
      const [of, offset] = key.split("@").map(Number);
      if (of === partition && (offset ?? 0) < below) this.#reasons.delete(key);
    }
  }

  toJSON(): readonly (readonly [string, string])[] {
    return [...this.#reasons];
  }
}

function keyOf(partition: number, offset: number): string {
  return `${partition}@${offset}`;
}
