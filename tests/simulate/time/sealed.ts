import type { Scheduler } from "./scheduler.ts";

/** A use of real time or chance: a run that had it could not be repeated. */
export class Leak extends Error {
  constructor(what: string) {
    super(`the simulated code uses ${what}: it must be given a clock or a random source`);
  }
}

/**
 * While `work` runs the process has no time and no chance but the scheduler's. What asks for real ones throws, and what
 * it asked for is kept, because an error may be caught on its way.
 *
 * `setImmediate` is virtual: it means "after what is due already".
 *
 * @throws {Leak}
 */
export async function sealed<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const leaks: Leak[] = [];
  const leak = (what: string) => (): never => {
    const error = new Leak(what);
    leaks.push(error);
    throw error;
  };
  const real = { Date, setTimeout, setInterval, setImmediate };
  const [random, monotonic] = [Math.random, performance.now];
  const noDate = leak("the wall clock");
  class SealedDate extends Date {
    constructor(...given: [] | [number | string | Date]) {
      if (given.length === 0) noDate();
      super(...(given as [number]));
    }
    static override now(): number {
      return noDate();
    }
  }
  const immediately = (action: (...given: unknown[]) => void, ...given: unknown[]) =>
    void scheduler.after(0, () => action(...given));
  Object.assign(globalThis, {
    Date: SealedDate,
    setTimeout: leak("setTimeout"),
    setInterval: leak("setInterval"),
    setImmediate: immediately,
  });
  Math.random = leak("Math.random");
  performance.now = leak("performance.now");
  try {
    const result = await work();
    if (leaks[0]) throw leaks[0];
    return result;
  } finally {
    Object.assign(globalThis, real);
    Math.random = random;
    performance.now = monotonic;
  }
}
