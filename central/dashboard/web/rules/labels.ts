import { MAP, type Point } from "./projection.ts";

export interface NamedPoint extends Point {
  readonly id: number;
  readonly name: string;
  /** Higher first: who comes later finds less room. */
  readonly rank: number;
}

/** Where a name stands; stations that found no room have none. */
export interface Label extends Point {
  readonly id: number;
  readonly name: string;
  readonly anchor: "start" | "middle" | "end";
  /** Written smaller, for want of room. */
  readonly small: boolean;
  /** Not beside its station: a line leads there. */
  readonly away: boolean;
  /** Of its letters, in units of the drawing. */
  readonly width: number;
}

/** How wide a name is, in units of the drawing, as it is written or smaller. */
export type WidthOf = (name: string, small: boolean) => number;

/** On the drawing, in its units. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the choice between map and strips stands. */
const CONTROL: Box = { left: 0, right: 150, top: 0, bottom: 44 };
/** Of most fonts; where the reader's own can be measured, it is. */
export const estimatedWidth: WidthOf = (name, small) => name.length * (small ? 5.3 : 6.3);
const HEIGHT = 14;
/** From the station's middle to its name: past the mark, and past a train beside it. */
const GAP = 20;
const ASIDE = 8;

/** How far away a name may stand, in steps. */
const AWAY = [22, 30, 38, 48, 60, 74, 90, 108, 130];
const DIRECTIONS = 16;

interface Candidate {
  readonly label: Label;
  readonly box: Box;
}

/**
 * Names beside their stations, none over another, nor over a station or a track. One without room there is written
 * smaller, or stands further away with a line to its station: every station has its name.
 */
export function placeLabels(
  stations: readonly NamedPoint[],
  tracks: readonly (readonly Point[])[],
  widthOf: WidthOf = estimatedWidth,
): Label[] {
  const taken = tracks.flatMap((track) => track.flatMap((point, i) => between(track[i - 1] ?? point, point)));
  const boxes: Box[] = [CONTROL];
  const place = (choices: readonly Candidate[]): Label | null => {
    const found = choices.find(
      ({ box }) =>
        box.left >= 0 &&
        box.right <= MAP.width &&
        box.top >= 0 &&
        box.bottom <= MAP.height &&
        !boxes.some((other) => overlaps(box, other)) &&
        !taken.some((point) => contains(box, point)),
    );
    if (!found) return null;
    boxes.push(found.box);
    return found.label;
  };
  const ranked = [...stations].sort((a, b) => b.rank - a.rank);
  const beside = ranked.map((station) => ({ station, label: place(candidates(station, false, widthOf)) }));
  return beside.flatMap(({ station, label }) => {
    const found =
      label ?? place(candidates(station, true, widthOf)) ?? place(furtherCandidates(station, widthOf));
    return found ? [found] : [];
  });
}

/** What a name covers. */
export function boxOf({ x, y, anchor, small, width }: Label): Box {
  const height = small ? HEIGHT - 2 : HEIGHT;
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
}

/** Small names around the station, the nearest first. */
function furtherCandidates({ id, name, x, y }: NamedPoint, widthOf: WidthOf): Candidate[] {
  const [width, height] = [widthOf(name, true), HEIGHT - 2];
  return AWAY.flatMap((distance) =>
    Array.from({ length: DIRECTIONS }, (_, i) => {
      const angle = (2 * Math.PI * i) / DIRECTIONS;
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const [at, middle] = [x + dx * distance, y + dy * distance];
      const anchor = dx > 0.3 ? "start" : dx < -0.3 ? "end" : "middle";
      const left = anchor === "start" ? at : anchor === "end" ? at - width : at - width / 2;
      const box = { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 };
      return { label: { id, name, anchor, x: at, y: middle, small: true, away: true, width }, box };
    }),
  );
}

function candidates({ id, name, x, y }: NamedPoint, small: boolean, widthOf: WidthOf): Candidate[] {
  const width = widthOf(name, small);
  const middle = { top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
  const under = { top: y + GAP - 2, bottom: y + GAP + HEIGHT - 2 };
  const over = { top: y - GAP - HEIGHT + 2, bottom: y - GAP + 2 };
  const centred = { left: x - width / 2, right: x + width / 2 };
  const make = (anchor: Label["anchor"], at: number, box: Box) => ({
    label: { id, name, anchor, x: at, y: (box.top + box.bottom) / 2, small, away: false, width },
    box,
  });
  return [
    make("start", x + GAP, { left: x + GAP, right: x + GAP + width, ...middle }),
    make("end", x - GAP, { left: x - GAP - width, right: x - GAP, ...middle }),
    make("middle", x, { ...centred, ...under }),
    make("middle", x, { ...centred, ...over }),
    // Beside a change, where tracks leave on every side.
    make("end", x - ASIDE, { left: x - ASIDE - width, right: x - ASIDE, ...under }),
    make("start", x + ASIDE, { left: x + ASIDE, right: x + ASIDE + width, ...under }),
    make("end", x - ASIDE, { left: x - ASIDE - width, right: x - ASIDE, ...over }),
    make("start", x + ASIDE, { left: x + ASIDE, right: x + ASIDE + width, ...over }),
  ];
}

function between(a: Point, b: Point): Point[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 5));
  return Array.from({ length: steps }, (_, i) => ({
    x: a.x + ((b.x - a.x) * (i + 1)) / steps,
    y: a.y + ((b.y - a.y) * (i + 1)) / steps,
  }));
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right + 4 && b.left < a.right + 4 && a.top < b.bottom && b.top < a.bottom;
}

function contains({ left, right, top, bottom }: Box, { x, y }: Point): boolean {
  return x > left - 6 && x < right + 6 && y > top - 4 && y < bottom + 4;
}
