import type { Point } from "./projection.ts";

/** Where on the drawing a train is, and where it points. */
export interface TrackPlace extends Point {
  /** Degrees, clockwise from the right. */
  readonly heading: number;
}

/** Trains keep to the right of their track, so that those of both directions can be seen. */
const ASIDE = 9;

/**
 * A place along a line of stops.
 *
 * @param stops - by order; at least two.
 * @param order - 3.5 is half-way between the fourth stop and the fifth.
 * @param step - 1 away from order 0, -1 towards it.
 */
export function alongTrack(stops: readonly Point[], order: number, step: 1 | -1): TrackPlace {
  const last = stops.length - 1;
  const at = Math.min(Math.max(order, 0), last);
  const from = Math.min(Math.floor(at), last - 1);
  const a = stops[from] ?? { x: 0, y: 0 };
  const b = stops[from + 1] ?? a;
  const angle = Math.atan2((b.y - a.y) * step, (b.x - a.x) * step);
  const share = at - from;
  return {
    x: a.x + (b.x - a.x) * share - ASIDE * Math.sin(angle),
    y: a.y + (b.y - a.y) * share + ASIDE * Math.cos(angle),
    heading: (angle * 180) / Math.PI,
  };
}
