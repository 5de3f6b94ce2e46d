import type { Direction, Line } from "../../../../schemas/network/network.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { step } from "./place.ts";

export interface Approach {
  readonly train: TrainView;
  /** Stops to go from where it was seen last; 0: it stands here. */
  readonly stops: number;
  /** When it should be here, wall ms; in the past for one that is late. */
  readonly due: number;
}

/**
 * The trains on their way to a stop, nearest first. Trains that do not run, or that were not seen for long, are no
 * promise and are left out.
 *
 * @param orderOf - where a train was seen on this line; undefined: not on it.
 */
export function approaching(
  trains: readonly TrainView[],
  to: { readonly line: Line; readonly order: number; readonly direction: Direction },
  orderOf: (train: TrainView) => number | undefined,
): Approach[] {
  return trains
    .flatMap((train) => {
      if (train.line !== to.line || train.direction !== to.direction || train.stale) return [];
      if (train.status !== "in_service") return [];
      const order = orderOf(train);
      if (order === undefined) return [];
      const stops = (to.order - order) * step(to.direction);
      return stops < 0 ? [] : [{ train, stops, due: train.at + stops * train.stepMs }];
    })
    .sort((x, y) => x.due - y.due);
}
