import { type Clock, systemClock } from "../../../../infra/runtime/clock.ts";

/** The system's clock, whose wall time a test sets ahead instead of waiting. */
export interface AheadClock extends Clock {
  ahead(ms: number): void;
}

export function aheadClock(): AheadClock {
  let offset = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + offset,
    ahead(ms) {
      offset += ms;
    },
  };
}
