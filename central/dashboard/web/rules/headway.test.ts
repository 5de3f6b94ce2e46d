import { expect, test } from "vitest";
import type { DeviceView, StationView, TrainView } from "../../../../schemas/page/page.ts";
import { headwayOf } from "./headway.ts";
import type { Stop } from "./stops.ts";

const STEP = 5_000;
const stops: readonly Stop[] = Array.from({ length: 21 }, (_, order) => ({
  station: { id: 40_000 + order, name: `Stop ${order}`, stops: [], lat: 0, lon: 0 } satisfies StationView,
  order,
}));

const train = (id: string, order: number, more: Partial<TrainView> = {}): TrainView => ({
  id,
  line: "red",
  direction: "b",
  stationId: 40_000 + order,
  status: "in_service",
  at: 0,
  startedAt: 0,
  stepMs: STEP,
  stale: false,
  ...more,
});

/** Four there, four back: evenly spaced they follow one another by five stops. */
const back = [18, 13, 8, 3].map((order, i) => train(`back${i}`, order, { direction: "a" }));
const there = (...trains: readonly TrainView[]) =>
  headwayOf({ line: "red", direction: "b" }, stops, [...back, ...trains], [], 0);

test("evenly spaced trains have even gaps, the one in front first", () => {
  const { gaps, evenMs, trains } = there(train("A", 3), train("B", 18), train("C", 8), train("D", 13));
  expect(
    gaps.map(({ leader, follower, stops, mark }) => [leader.train.id, follower.train.id, stops, mark]),
  ).toEqual([
    ["B", "D", 5, "even"],
    ["D", "C", 5, "even"],
    ["C", "A", 5, "even"],
  ]);
  expect(evenMs).toBe(5 * STEP);
  expect(trains).toBe(4);
});

test("in direction a the train in front has the lowest order", () => {
  const { gaps } = headwayOf({ line: "red", direction: "a" }, stops, back, [], 0);
  expect(gaps.map(({ leader, follower }) => [leader.train.id, follower.train.id])).toEqual([
    ["back3", "back2"],
    ["back2", "back1"],
    ["back1", "back0"],
  ]);
});

test("a broken-down train bunches those behind it and makes the long gap in front of it", () => {
  const broken = train("B", 8, { status: "broken_down" });
  const { gaps } = there(train("A", 20), broken, train("C", 7), train("D", 2));
  expect(gaps.map(({ follower, mark, cause }) => [follower.train.id, mark, cause])).toEqual([
    ["B", "long", { kind: "broken-down", name: "B" }],
    ["C", "bunched", { kind: "broken-down", name: "B" }],
    ["D", "even", null],
  ]);
});

test("a train that was not heard of is no train to measure from, and the gap says so", () => {
  const { gaps, trains } = there(train("A", 18), train("B", 10, { stale: true }), train("C", 3));
  expect(trains).toBe(2);
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toMatchObject({ stops: 15, mark: "long" });
  expect(gaps[0]?.cause).toEqual({ kind: "unseen", name: "B" });
});

test("a silent sensor of this direction in a long gap is named; one of the other direction is none of it", () => {
  const device = (side: 1 | 2): DeviceView => ({
    id: `40010-red-A${side}`,
    kind: "arrival",
    stationId: 40_010,
    line: "red",
    state: "offline",
    reason: "unplugged",
    since: 0,
    waiting: null,
  });
  const trains = [...back, train("A", 18), train("C", 3)];
  const gapWith = (side: 1 | 2) =>
    headwayOf({ line: "red", direction: "b" }, stops, trains, [device(side)], 0).gaps[0];
  expect(gapWith(2)?.cause).toEqual({ kind: "silent-sensor", name: "Stop 10" });
  expect(gapWith(1)?.cause).toBeNull();
});

test("trains between two reports are measured where they are by now; those out of service are none", () => {
  const moving = train("A", 10, { at: 0 });
  const waiting = train("B", 5, { at: 0, status: "broken_down" });
  const out = train("X", 7, { status: "out_of_service" });
  const { gaps } = headwayOf(
    { line: "red", direction: "b" },
    stops,
    [...back, moving, waiting, out],
    [],
    STEP,
  );
  expect(gaps).toHaveLength(1);
  expect(gaps[0]?.stops).toBeCloseTo(5.85);
});

test("nothing runs: no gaps, and nothing to compare with", () => {
  expect(headwayOf({ line: "red", direction: "b" }, stops, [], [], 0)).toEqual({
    line: "red",
    direction: "b",
    gaps: [],
    trains: 0,
    unseen: 0,
    evenMs: null,
  });
});
