import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Scheduler } from "./scheduler.ts";

/** Where virtual wall clocks begin, epoch ms. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** A machine's wall clock, which may be set at any time. */
export class WallClock {
  readonly #scheduler: Scheduler;
  #offset = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  now(): number {
    return Math.floor(EPOCH + this.#scheduler.now + this.#offset);
  }

  /** @param ms - to move it by, also backwards. */
  jump(ms: number): void {
    this.#offset += ms;
  }
}

/**
 * One process, from its start to its death. All that comes to it from outside, time included, comes through `gated`: a
 * dead process hears nothing any more and reaches nothing, a stopped one hears it later, in order.
 */
export class Life {
  readonly clock: Clock;
  readonly name: string;
  readonly #scheduler: Scheduler;
  #state: "running" | "stopped" | "dead" = "running";
  #held: (() => void)[] = [];

  constructor(name: string, scheduler: Scheduler, wall: WallClock) {
    this.name = name;
    this.#scheduler = scheduler;
    this.clock = this.#clockOf(wall);
  }

  get dead(): boolean {
    return this.#state === "dead";
  }

  get stopped(): boolean {
    return this.#state === "stopped";
  }

  /** SIGKILL. */
  kill(): void {
    this.#state = "dead";
    this.#held = [];
  }

  /** SIGSTOP. */
  stop(): void {
    if (this.#state === "running") this.#state = "stopped";
  }

  /** SIGCONT. */
  resume(): void {
    if (this.#state !== "stopped") return;
    this.#state = "running";
    const held = this.#held;
    this.#held = [];
    for (const action of held) this.#scheduler.after(0, () => this.#run(action));
  }

  /** What happens in this process when it is called from outside. */
  gated<Given extends unknown[]>(action: (...given: Given) => void): (...given: Given) => void {
    return (...given) => this.#run(() => action(...given));
  }

  /** Something outside that answers later: it settles here only while this process lives. */
  asks<T>(
    ask: (answer: (value: T | Promise<T>) => void, fail: (error: unknown) => void) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.dead) ask(this.gated(resolve), this.gated(reject));
    });
  }

  #run(action: () => void): void {
    if (this.#state === "running") action();
    else if (this.#state === "stopped") this.#held.push(action);
  }

  #clockOf(wall: WallClock): Clock {
    const scheduler = this.#scheduler;
    const after = (ms: number, action: () => void): (() => void) => {
      let cancelled = false;
      const run = this.gated(() => {
        if (!cancelled) action();
      });
      const cancel = scheduler.after(ms, run);
      return () => {
        cancelled = true;
        cancel();
      };
    };
    return {
      now: () => wall.now(),
      monotonic: () => scheduler.now,
      after,
      every(ms, action) {
        let cancel = (): void => {};
        const next = (): void => {
          cancel = after(Math.max(1, ms), () => {
            next();
            action();
          });
        };
        next();
        return () => cancel();
      },
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) {
            resolve();
            return;
          }
          const done = (): void => {
            cancel();
            signal?.removeEventListener("abort", done);
            resolve();
          };
          const cancel = after(ms, done);
          signal?.addEventListener("abort", done);
        }),
    };
  }
}
