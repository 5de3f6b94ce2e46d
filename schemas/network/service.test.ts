import { expect, test } from "vitest";
import { LINES, STATIONS, stationsOf } from "./network.ts";
import { headwayMs, platformOf, stationsAlong } from "./service.ts";

test("each platform of a line has one direction", () => {
  for (const line of LINES) {
    for (const station of stationsOf(line)) {
      const both = [platformOf(station, line, "a"), platformOf(station, line, "b")];
      const stop = station.stops.find((each) => each.line === line);
      expect(new Set(both.map(({ stopId }) => stopId))).toEqual(
        new Set(stop?.platforms.map(({ stopId }) => stopId)),
      );
    }
  }
});

test("a platform's direction is where its trains go, also where the file has the two in the other order", () => {
  const letters = (line: (typeof LINES)[number]) =>
    stationsOf(line)
      .map((station) => platformOf(station, line, "a").compass)
      .join("");
  // Towards Howard: north. Towards O'Hare: east to the Loop, then north. Towards Harlem: east, north, then west.
  expect(letters("red")).toBe("N".repeat(33));
  expect(letters("blue")).toBe(`${"N".repeat(20)}${"E".repeat(13)}`);
  expect(letters("green")).toBe(`${"W".repeat(16)}${"N".repeat(10)}EE`);
  expect(() => platformOf(STATIONS[0] as (typeof STATIONS)[0], "blue", "a")).toThrow("not on the blue line");
});

test("ten trains share a line's round trip", () => {
  expect(headwayMs("red") / 60_000).toBe(32);
  expect(stationsAlong("red", "a").at(-1)?.name).toBe("Howard");
  expect(stationsAlong("red", "b")[0]?.name).toBe("Howard");
});
