import { MAP, type Point } from "./projection.ts";

export interface Named extends Point {
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
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the choice between map and strips stands. */
const CONTROL: Box = { left: 0, right: 150, top: 0, bottom: 44 };
const LETTER = 6.3;
const HEIGHT = 14;
/** From the station's middle to its name: past the mark, and past a train beside it. */
const GAP = 20;
const ASIDE = 8;

/** Names beside their stations, none over another, nor over a station or a track. */
export function placeLabels(stations: readonly Named[], tracks: readonly (readonly Point[])[]): Label[] {
  const taken = tracks.flatMap((track) => track.flatMap((point, i) => between(track[i - 1] ?? point, point)));
  const boxes: Box[] = [CONTROL];
  return [...stations]
    .sort((a, b) => b.rank - a.rank)
    .flatMap((station) => {
      for (const { label, box } of candidates(station)) {
        const free =
          box.left >= 0 &&
          box.right <= MAP.width &&
          box.top >= 0 &&
          box.bottom <= MAP.height &&
          !boxes.some((other) => overlaps(box, other)) &&
          !taken.some((point) => contains(box, point));
        if (!free) continue;
        boxes.push(box);
        return [label];
      }
      return [];
    });
}

function candidates({ id, name, x, y }: Named): { readonly label: Label; readonly box: Box }[] {
  const width = name.length * LETTER;
  const middle = { top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
  const under = { top: y + GAP - 2, bottom: y + GAP + HEIGHT - 2 };
  const over = { top: y - GAP - HEIGHT + 2, bottom: y - GAP + 2 };
  const centred = { left: x - width / 2, right: x + width / 2 };
  const make = (anchor: Label["anchor"], at: number, box: Box) => ({
    label: { id, name, anchor, x: at, y: (box.top + box.bottom) / 2 },
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
