import { createHash, type Hash } from "node:crypto";

/** Everything that crosses from one part to another, in order: two runs that differ anywhere differ in the digest. */
export class Trace {
  readonly #hash: Hash = createHash("sha256");
  readonly #now: () => number;
  #events = 0;
  /** Told of each event besides, to print it. */
  readonly #onEvent: ((line: string) => void) | undefined;

  constructor(now: () => number, onEvent?: (line: string) => void) {
    this.#now = now;
    this.#onEvent = onEvent;
  }

  get events(): number {
    return this.#events;
  }

  /** @param bytes - what was carried. */
  add(what: string, bytes?: Uint8Array): void {
    this.#events++;
    const line = `${this.#now()} ${what}`;
    this.#hash.update(line);
    if (bytes) this.#hash.update(bytes);
    this.#onEvent?.(line);
  }

  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}
