import type { TrainView } from "../../../../schemas/page/page.ts";
import type { Texts } from "../texts/texts.ts";
import { placeOf, step } from "./place.ts";
import type { Stop } from "./stops.ts";

export interface NextStop {
  readonly stop: Stop;
  /** When it should be there, wall ms: never before now. */
  readonly dueAt: number;
}

/**
 * The stops ahead of a train at its line's usual pace; one that is late for the next is expected there at once. None
 * of a train that stands, or was not seen for long.
 *
 * @param stops - of its line, in the line's order; @param now - wall ms.
 */
export function nextStops(train: TrainView, stops: readonly Stop[], now: number): NextStop[] {
  const here = stops.find(({ station }) => station.id === train.stationId);
  if (!here || train.stale || train.status !== "in_service") return [];
  const way = step(train.direction);
  const late = Math.max(0, now - (train.at + train.stepMs));
  return stops
    .filter(({ order }) => (order - here.order) * way > 0)
    .sort((x, y) => (x.order - y.order) * way)
    .map((stop) => ({ stop, dueAt: train.at + late + Math.abs(stop.order - here.order) * train.stepMs }));
}

/** How the place is known at which a train is drawn. @param last - order of its line's last stop. */
export function howKnown(
  train: TrainView,
  order: number,
  last: number,
  now: number,
  { train: { known } }: Texts,
): string {
  const ms = now - train.at;
  if (train.stale) return known.stale(ms);
  if (train.status === "broken_down") return known.brokenDown(ms);
  if (train.status === "out_of_service") return known.outOfService(ms);
  return placeOf(train, order, last, now).drawn === "reported" ? known.reported(ms) : known.computed(ms);
}
