import type { Direction } from "../../../../schemas/network/network.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { type Box, boxOf, type Label } from "./labels.ts";
import { placeOf, step } from "./place.ts";
import { MAP, type Point } from "./projection.ts";

/** A train on its track. */
export interface TrainRun {
  readonly train: TrainView;
  /** Of the stop where it was seen. */
  readonly order: number;
  /** The stops of its line, by order. */
  readonly stops: readonly Point[];
}

/** Where a train is drawn, until its next report. */
export interface Lane {
  /** How far to the right of its track, in units of the drawing. */
  readonly aside: number;
  /** Of the report for which it was chosen. */
  readonly at: number;
}

/** The first is to the right, so that trains of both directions can be seen; then others, the nearest first. */
export const ASIDES = [9, 3, 15, 0, 21, -3, 27, -9, 33, -15, -21, -27] as const;
/** A mark, in units of the drawing: half of it along its way, and across. Over a name it may reach by a margin. */
const HALF = { along: 12, across: 8.5, margin: 3 };
/** So far from its first place a mark is as bad as one that covers something at one moment. */
const FAR = 18;
/** How often all that have a new report are placed. */
const ROUNDS = 2;
/** Moments of a run that are looked at, as shares of it. */
const MOMENTS = [0, 0.25, 0.5, 0.75, 1];

/**
 * Lanes in which no mark covers a name or another mark as it runs to its next stop, where there are such: else those
 * in which it covers the least. A train keeps its lane until its next report, also when others come.
 *
 * @param names - of stations, that stand where they are.
 * @param before - the lanes so far.
 */
export function chooseLanes(
  runs: readonly TrainRun[],
  names: readonly Label[],
  before: ReadonlyMap<string, Lane>,
): ReadonlyMap<string, Lane> {
  const boxes = names.map(boxOf);
  const placed = new Map<string, { readonly run: TrainRun; readonly aside: number }>();
  const put = (run: TrainRun, aside: number): void => void placed.set(run.train.id, { run, aside });
  const isKept = ({ train: { id, at } }: TrainRun): boolean => before.get(id)?.at === at;
  for (const run of runs.filter(isKept)) put(run, before.get(run.train.id)?.aside ?? ASIDES[0]);
  const covered = (run: TrainRun, aside: number): number =>
    MOMENTS.map((share) => run.train.at + share * run.train.stepMs)
      .map((now) => {
        const mark = markAt(run, aside, now);
        const others = [...placed.values()].filter(
          (other) => other.run !== run && isOn(mark, markAt(other.run, other.aside, now)),
        );
        return Number(isOff(mark)) + others.length + boxes.filter((box) => isOverName(mark, box)).length;
      })
      .reduce((sum, count) => sum + count, 0);
  const fresh = runs.filter((run) => !isKept(run)).sort((x, y) => (x.train.id < y.train.id ? -1 : 1));
  // The first could not know where the last would be.
  for (let round = 0; round < ROUNDS; round++) {
    for (const run of fresh) {
      const costs = ASIDES.map((aside) => covered(run, aside) + Math.abs(aside - ASIDES[0]) / FAR);
      put(run, ASIDES[costs.indexOf(Math.min(...costs))] ?? ASIDES[0]);
    }
  }
  return new Map(
    [...placed].map(([id, { run, aside }]): [string, Lane] => [id, { aside, at: run.train.at }]),
  );
}

/** Does one mark lie on another? */
function isOn(one: Mark, other: Mark): boolean {
  const { cos, sin } = turnOf(one);
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const along = Math.abs(dx * cos + dy * sin);
  const across = Math.abs(dy * cos - dx * sin);
  return along < 2 * HALF.along && across < 2 * HALF.across;
}

/** Is it at the edge of the drawing, or beyond? */
function isOff({ x, y }: Mark): boolean {
  const { along } = HALF;
  return x < along || x > MAP.width - along || y < along || y > MAP.height - along;
}

function isOverName(mark: Mark, { left, right, top, bottom }: Box): boolean {
  const { cos, sin } = turnOf(mark);
  const [c, s] = [Math.abs(cos), Math.abs(sin)];
  const width = c * HALF.along + s * HALF.across - HALF.margin;
  const height = s * HALF.along + c * HALF.across - HALF.margin;
  return mark.x > left - width && mark.x < right + width && mark.y > top - height && mark.y < bottom + height;
}

function turnOf({ heading }: Mark): { readonly cos: number; readonly sin: number } {
  const angle = (heading * Math.PI) / 180;
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** The middle of a mark, and where it points, degrees clockwise from the right. */
export interface Mark extends Point {
  readonly heading: number;
}

/** Where a train's mark is at a time, wall ms. */
export function markAt({ train, order, stops }: TrainRun, aside: number, now: number): Mark {
  return markOn(stops, placeOf(train, order, stops.length - 1, now).order, order, train.direction, aside);
}

/**
 * A mark beside its track.
 *
 * @param stops - by order; at least two.
 * @param at - 3.5 is half-way between the fourth stop and the fifth.
 * @param seenAt - the stop that it left: from there on it runs beside one straight piece of its track.
 */
export function markOn(
  stops: readonly Point[],
  at: number,
  seenAt: number,
  direction: Direction,
  aside: number,
): Mark {
  const last = stops.length - 1;
  const stride = step(direction);
  // At its terminal it stands beside the piece on which it came.
  const next = seenAt + stride;
  const from = next < 0 || next > last ? seenAt - stride : seenAt;
  const a = stops[from] ?? { x: 0, y: 0 };
  const b = stops[from + stride] ?? a;
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  const share = (at - from) * stride;
  return {
    x: a.x + (b.x - a.x) * share - aside * Math.sin(angle),
    y: a.y + (b.y - a.y) * share + aside * Math.cos(angle),
    heading: (angle * 180) / Math.PI,
  };
}
