import { expect, test } from "vitest";
import { LINES, STATIONS, stationById, stationsOf } from "./network.ts";
import { NETWORK_ROWS } from "./rows.ts";

test("the three lines have 33, 33 and 28 stations, numbered along the line without gaps", () => {
  expect(LINES.map((line) => stationsOf(line).length)).toEqual([33, 33, 28]);
  for (const line of LINES) {
    const orders = stationsOf(line).map((s) => s.stops.find((stop) => stop.line === line)?.order);
    expect(orders).toEqual(orders.map((_, i) => i));
  }
});

test("92 stations; two of them on two lines, each with one place per line", () => {
  expect(STATIONS).toHaveLength(92);
  const shared = STATIONS.filter((s) => s.stops.length === 2);
  expect(shared.map((s) => [s.id, s.stops.map((stop) => [stop.line, stop.order])])).toEqual([
    [
      41400,
      [
        ["red", 23],
        ["green", 18],
      ],
    ],
    [
      40380,
      [
        ["blue", 16],
        ["green", 14],
      ],
    ],
  ]);
});

test("15 names belong to two stations: only ids tell them apart", () => {
  const counts = new Map<string, number>();
  for (const { name } of STATIONS) counts.set(name, (counts.get(name) ?? 0) + 1);
  expect([...counts.values()].filter((n) => n === 2)).toHaveLength(15);
  expect(Math.max(...counts.values())).toBe(2);
  const harlem = STATIONS.filter((s) => s.name === "Harlem" && s.stops.some((stop) => stop.line === "blue"));
  expect(harlem).toHaveLength(2);
});

test("the entries of all stations sum to October 2018 averages, two-line stations counted once", () => {
  // In tenths, as the figures are given: binary fractions would round one of the sums the other way.
  const tenths = (day: "weekday" | "saturday" | "sunday"): number =>
    STATIONS.reduce((total, s) => total + Math.round(s.entries[day] * 10), 0);
  const sums = (["weekday", "saturday", "sunday"] as const).map((day) => Math.round(tenths(day) / 10));
  expect(sums).toEqual([498_134, 290_744, 247_208]);
});

test("115 rows; 230 stops, each stop id once per line row; 21 rows are on none of the three lines", () => {
  expect(NETWORK_ROWS).toHaveLength(115);
  expect(NETWORK_ROWS.filter((row) => row[0] === null)).toHaveLength(21);
  const stops = NETWORK_ROWS.flatMap((row) => [row[7], row[9]]);
  expect(new Set(stops).size).toBe(230);
});

test("a station of another line is not one of ours", () => {
  expect(stationById(41290)).toBeUndefined();
  expect(stationById(41320)?.stops.map((s) => s.line)).toEqual(["red"]);
});
