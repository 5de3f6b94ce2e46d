import { describe, expect, test } from "vitest";
import {
  DIRECTIONS,
  type Direction,
  LINES,
  type Line,
  STATIONS,
  stationsOf,
} from "../../../../schemas/network/network.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { boxOf, type Label, placeLabels } from "./labels.ts";
import { ASIDES, chooseLanes, type Lane, markAt, markOn, type TrainRun } from "./lanes.ts";
import { project } from "./projection.ts";

const NONE: ReadonlyMap<string, Lane> = new Map();

function train(id: string, line: Line, direction: Direction, at = 0): TrainView {
  const view = { id, line, direction, at, stationId: 1, stepMs: 5_000, stale: false };
  return { ...view, status: "in_service" } as TrainView;
}

describe("a mark beside its track", () => {
  const stops = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
    { x: 100, y: 100 },
  ];

  test("keeps to the right of its direction, and points to where it goes from its stop", () => {
    expect(markOn(stops, 0.5, 0, "b", 9)).toEqual({ x: 50, y: 9, heading: 0 });
    const back = markOn(stops, 0.5, 1, "a", 9);
    expect([back.x, back.y]).toEqual([expect.closeTo(50), expect.closeTo(-9)]);
    expect(Math.abs(back.heading)).toBe(180);
    // At a bend it is beside the piece that comes, not the one it came on.
    expect(markOn(stops, 1, 1, "b", 9)).toMatchObject({ heading: 90 });
    expect(Math.abs(markOn(stops, 1, 1, "a", 9).heading)).toBe(180);
  });

  test("stays on it at both ends", () => {
    expect(markOn(stops, 2, 2, "b", 9)).toMatchObject({ x: 91, y: 100, heading: 90 });
    expect(markOn(stops, 0, 0, "a", 9).x).toBeCloseTo(0);
  });
});

describe("lanes", () => {
  const stops = [
    { x: 0, y: 100 },
    { x: 200, y: 100 },
  ];
  const run = (id: string, at = 0): TrainRun => ({ train: train(id, "red", "b", at), order: 0, stops });
  const name = (y: number): Label => ({
    ...{ id: 1, name: "Clark/Lake", anchor: "start", small: false, away: false, width: 63 },
    ...{ x: 60, y },
  });

  test("a train alone is beside its track", () =>
    expect(chooseLanes([run("RL001")], [name(300)], NONE).get("RL001")?.aside).toBe(9));

  test("one that would run over a name passes it on the other side, or further out", () => {
    expect(chooseLanes([run("RL001")], [name(112)], NONE).get("RL001")?.aside).toBe(-3);
    expect(chooseLanes([run("RL001")], [name(112), name(86)], NONE).get("RL001")?.aside).toBe(27);
  });

  test("those at one stop fan out, in the order of their numbers, whatever order they come in", () => {
    const [one, two] = [run("RL001"), run("RL002")];
    const lanes = chooseLanes([two, one], [], NONE);
    expect([...lanes].sort().map(([id, { aside }]) => [id, aside])).toEqual([
      ["RL001", 9],
      ["RL002", 27],
    ]);
    expect(chooseLanes([one, two], [], NONE)).toEqual(lanes);
  });

  test("a train keeps its lane until it is seen at another stop, also when that has become free", () => {
    const both = chooseLanes([run("RL001"), run("RL002")], [], NONE);
    const later = chooseLanes([run("RL002")], [], both);
    expect(later.get("RL002")).toEqual(both.get("RL002"));
    expect(chooseLanes([run("RL002", 5_000)], [], later).get("RL002")?.aside).toBe(9);
  });
});

test("on the real map, thirty trains cover a third of what they would cover in one lane", () => {
  const tracks = Object.fromEntries(LINES.map((line) => [line, stationsOf(line).map(project)]));
  const all = STATIONS.map(({ id, name, stops, ...place }) => ({
    ...{ id, name, rank: stops.length },
    ...project(place),
  }));
  const names = placeLabels(all, Object.values(tracks));
  const boxes = names.map(boxOf);
  const covers = (runs: readonly TrainRun[], asideOf: (id: string) => number): number => {
    const marks = runs.map((each) => markAt(each, asideOf(each.train.id), each.train.at + 2_500));
    const overNames = marks.flatMap(({ x, y }) =>
      boxes.filter((box) => x > box.left - 5 && x < box.right + 5 && y > box.top - 5 && y < box.bottom + 5),
    );
    const overMarks = marks.flatMap((one, i) =>
      marks.slice(i + 1).filter((other) => Math.hypot(one.x - other.x, one.y - other.y) < 16),
    );
    return overNames.length + overMarks.length;
  };
  let [dodged, straight] = [0, 0];
  for (let n = 0; n < 40; n++) {
    const runs = Array.from({ length: 30 }, (_, i): TrainRun => {
      const line = LINES[i % 3] as Line;
      const stops = tracks[line] ?? [];
      const direction = DIRECTIONS[i % 2] as Direction;
      return { train: train(`T${i}`, line, direction), order: (7 * i + 11 * n) % stops.length, stops };
    });
    const lanes = chooseLanes(runs, names, NONE);
    dodged += covers(runs, (id) => lanes.get(id)?.aside ?? 0);
    straight += covers(runs, () => ASIDES[0]);
  }
  expect(dodged).toBeLessThan(straight / 3);
});
