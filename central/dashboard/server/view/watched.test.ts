import { expect, test } from "vitest";
import { STATIONS } from "../../../../schemas/network/network.ts";
import type { StationView } from "../../../../schemas/page/page.ts";
import type { KnownDevice } from "../model/devices.ts";
import { showsDevice, type Watched, WHOLE_CITY, watchedStations } from "./watched.ts";

const city: readonly StationView[] = STATIONS.map(({ id, name, lat, lon, stops }) => {
  return { id, name, lat, lon, stops };
});
const RED: Watched = { lines: ["red"], stations: [] };
const device = (id: string, state: KnownDevice["state"]): KnownDevice => {
  const reported = {} as KnownDevice["reported"];
  const kind = id.includes("-T") ? "turnstile" : "arrival";
  return {
    id,
    stationId: Number.parseInt(id, 10),
    kind,
    state,
    reported,
    reportedAt: 0,
    since: 0,
    reason: "",
  };
};

test("a page of one line has its stations and no stop of another line, where both lines stop too", () => {
  const stations = watchedStations(city, RED);
  expect(stations).toHaveLength(
    STATIONS.filter(({ stops }) => stops.some(({ line }) => line === "red")).length,
  );
  expect(new Set(stations.flatMap(({ stops }) => stops.map(({ line }) => line)))).toEqual(new Set(["red"]));
  expect(watchedStations(city, WHOLE_CITY)).toEqual(city);
});

test("a page of one station has the lines that stop there", () => {
  // Clark/Lake: blue and green.
  const lines = watchedStations(city, { ...WHOLE_CITY, stations: [40380] }).flatMap(({ stops }) =>
    stops.map(({ line }) => line),
  );
  expect(new Set(lines)).toEqual(new Set(["blue", "green"]));
});

test("what does not run is not shown as never seen or gone; what is heard all the same is shown", () => {
  const shown = (id: string, state: KnownDevice["state"], watched = RED) =>
    showsDevice(device(id, state), watched);
  for (const state of ["never_seen", "offline", "stale"] as const) {
    expect(shown("40380-blue-A1", state)).toBe(false);
    expect(shown("40380-T1", state)).toBe(false);
    // Lake: only red. Roosevelt: red and green.
    expect(shown("41660-red-A1", state)).toBe(true);
    expect(shown("41660-T1", state)).toBe(true);
    expect(shown("41400-green-A1", state)).toBe(false);
    expect(shown("41400-T1", state)).toBe(true);
    expect(shown("40380-blue-A1", state, WHOLE_CITY)).toBe(true);
    expect(shown("41660-T1", state, { ...WHOLE_CITY, stations: [40380] })).toBe(false);
  }
  expect(shown("40380-blue-A1", "online")).toBe(true);
  expect(shown("40380-blue-A1", "late")).toBe(true);
});
