import type { Direction } from "../../../../schemas/network/network.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";

/** Where a train is drawn on its line, and how firmly. */
export interface Place {
  /** In stops from the line's start: 3 is at the fourth stop, 3.5 half-way to the fifth. */
  readonly order: number;
  /** reported: where it was seen; computed: where it should be by now; stale: it was not seen for long. */
  readonly drawn: "reported" | "computed" | "stale";
}

/** A train stands this share of a step, then runs. */
const DWELL = 0.2;
/** Never at the next stop before it was seen there. */
const FURTHEST = 0.85;

/**
 * A train between two reports: it glides from its last stop towards the next, at the usual pace of its line, and waits
 * before it. A train that is broken down, out of service or at its terminal stays.
 *
 * @param order - of the stop where it was seen; @param last - order of the line's last stop; @param now - wall ms.
 */
export function placeOf(train: TrainView, order: number, last: number, now: number): Place {
  const elapsed = now - train.at;
  const next = order + step(train.direction);
  const runs = train.status === "in_service" && next >= 0 && next <= last;
  const progress = runs ? Math.max(0, (elapsed / train.stepMs - DWELL) / (1 - DWELL)) : 0;
  const run = Math.min(progress, 1) * FURTHEST;
  const drawn = train.stale ? "stale" : run === 0 ? "reported" : "computed";
  return { order: order + run * step(train.direction), drawn };
}

/** When it begins to run, and when it is as far as it goes, wall ms: between these its pace is one. */
export function turnsOf({ at, stepMs }: TrainView): readonly [begins: number, ends: number] {
  return [at + DWELL * stepMs, at + stepMs];
}

/** `a` runs towards order 0, `b` away from it. */
export function step(direction: Direction): 1 | -1 {
  return direction === "a" ? -1 : 1;
}
