import { expect, test } from "vitest";
import type { StationView, TrainView } from "../../../../schemas/page/page.ts";
import { EN } from "../texts/en/table.ts";
import { howKnown, nextStops } from "./train.ts";

const stops = ["Howard", "Jarvis", "Morse", "Loyola"].map((name, order) => {
  const station: StationView = { id: order, name, stops: [{ line: "red", order }], lat: null, lon: null };
  return { station, order };
});
const train = (more: Partial<TrainView> = {}): TrainView => ({
  ...{ id: "RL001", line: "red", direction: "b", stationId: 1, status: "in_service", at: 10_000 },
  ...{ startedAt: 0, stepMs: 5_000, stale: false },
  ...more,
});
const due = (view: TrainView, now: number) =>
  nextStops(view, stops, now).map(({ stop, dueAt }) => [stop.station.name, dueAt]);

test("the stops ahead come one step apart, in the train's direction", () => {
  expect(due(train(), 11_000)).toEqual([
    ["Morse", 15_000],
    ["Loyola", 20_000],
  ]);
  expect(due(train({ direction: "a", stationId: 2 }), 11_000)).toEqual([
    ["Jarvis", 15_000],
    ["Howard", 20_000],
  ]);
});

test("a late train is expected at once, and the rest after that", () => {
  expect(due(train(), 18_000)).toEqual([
    ["Morse", 18_000],
    ["Loyola", 23_000],
  ]);
});

test("of a train that stands or was not seen for long nothing is promised", () => {
  expect(due(train({ status: "broken_down" }), 11_000)).toEqual([]);
  expect(due(train({ stale: true }), 60_000)).toEqual([]);
  expect(due(train({ stationId: 99 }), 11_000)).toEqual([]);
});

test("it is said how its place is known", () => {
  expect(howKnown(train(), 1, 3, 10_500, EN)).toBe("A sensor there saw it 1 s ago.");
  expect(howKnown(train(), 1, 3, 13_000, EN)).toMatch(/3 s ago. .*computed/);
  expect(howKnown(train({ stale: true }), 1, 3, 70_000, EN)).toMatch(/No sensor has seen it for 60 s/);
  expect(howKnown(train({ status: "broken_down" }), 1, 3, 20_000, EN)).toMatch(/breakdown 10 s ago/);
});
