import type { Clock } from "../../infra/runtime/clock.ts";

/** How attempts of one kind of key are slowed down. Milliseconds. */
interface Slope {
  /** Failures that cost nothing: a person mistypes, an agent tries its old password. */
  readonly free: number;
  readonly firstMs: number;
  readonly maxMs: number;
  /** Attempts that may wait at once; more are refused unread. */
  readonly waiting: number;
}

/**
 * One name from one address: from a quarter of a second to four, because an agent waits five for its answer. Agents of
 * many stations may share an address, and one name may be guessed from many, so these two begin late and end early.
 */
export const SLOPES = {
  pair: { free: 3, firstMs: 250, maxMs: 4_000, waiting: 8 },
  address: { free: 32, firstMs: 50, maxMs: 2_000, waiting: 256 },
  name: { free: 32, firstMs: 50, maxMs: 2_000, waiting: 64 },
} as const satisfies Record<string, Slope>;

/** Failures are forgotten one by one, each after this time, ms. */
export const FORGET_MS = 15_000;
/** Keys remembered, at most: the one that was changed longest ago makes room. */
export const MAX_KEYS = 4_096;

interface Failures {
  readonly count: number;
  /** When `count` was right, monotonic ms. */
  readonly at: number;
  readonly waiting: number;
}

const NONE: Failures = { count: 0, at: 0, waiting: 0 };

/** An attempt that may be looked at after its wait. */
export interface Attempt {
  readonly waitMs: number;
  /** It was looked at, or its client is gone. Call once. */
  settle(succeeded: boolean): void;
}

/** Slows down logins that fail over and over: by name and address together, and by each alone. */
export class LoginDelays {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Names and addresses remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /** @returns undefined: too many slowed attempts of this name or address wait already. */
  attempt(address: string, name: string): Attempt | undefined {
    const pair = `pair ${address} ${name}`;
    const keys = new Map<string, Slope>([
      [pair, SLOPES.pair],
      [`address ${address}`, SLOPES.address],
      [`name ${name}`, SLOPES.name],
    ]);
    const waits = [...keys].map(([key, slope]) => delayOf(this.#load(key), slope));
    const waitMs = Math.max(...waits);
    if (waitMs > 0 && [...keys].some(([key, slope]) => this.#of(key).waiting >= slope.waiting)) {
      return undefined;
    }
    for (const key of keys.keys()) this.#change(key, 0, 1);
    return {
      waitMs,
      settle: (succeeded) => {
        for (const key of keys.keys()) this.#change(key, succeeded ? 0 : 1, -1);
        if (succeeded) this.#failures.delete(pair);
      },
    };
  }

  /** Once something failed, what waits counts as failed: a hundred attempts at once are no cheaper than in turn. */
  #load(key: string): number {
    const { count, waiting } = this.#of(key);
    return count === 0 ? 0 : count + waiting;
  }

  #of(key: string): Failures {
    const { count, at, waiting } = this.#failures.get(key) ?? NONE;
    const now = this.#clock.monotonic();
    const forgotten = Math.floor((now - at) / FORGET_MS);
    return { count: Math.max(0, count - forgotten), at: at + forgotten * FORGET_MS, waiting };
  }

  #change(key: string, failed: number, waiting: number): void {
    const before = this.#of(key);
    const count = before.count + failed;
    const at = failed > 0 ? this.#clock.monotonic() : before.at;
    const after = { count, at, waiting: Math.max(0, before.waiting + waiting) };
    this.#failures.delete(key);
    if (after.count > 0 || after.waiting > 0) this.#failures.set(key, after);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_KEYS && oldest !== undefined) this.#failures.delete(oldest);
  }
}

function delayOf(failures: number, { free, firstMs, maxMs }: Slope): number {
  return failures < free ? 0 : Math.min(maxMs, firstMs * 2 ** (failures - free));
}
