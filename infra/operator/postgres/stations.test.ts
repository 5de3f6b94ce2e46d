import { describe, expect, test } from "vitest";
import { STATIONS } from "../../../schemas/network/network.ts";
import { stationsRows } from "./stations.ts";

describe("rows of PostgreSQL's stations", () => {
  const rows = stationsRows();

  test("one per stop, 230 in all, no stop twice", () => {
    expect(rows).toHaveLength(230);
    expect(new Set(rows.map((row) => row.stop_id)).size).toBe(230);
  });

  test("each is on one line at most, and 42 on none of the three", () => {
    const lines = rows.map((row) => Number(row.red) + Number(row.blue) + Number(row.green));
    expect(Math.max(...lines)).toBe(1);
    expect(lines.filter((n) => n === 0)).toHaveLength(42);
  });

  test("every station of the three lines has two stops on each of its lines, at its place on that line", () => {
    for (const station of STATIONS) {
      for (const stop of station.stops) {
        const found = rows.filter((row) => row.station_id === station.id && row[stop.line]);
        expect(found.map((row) => row.order)).toEqual([stop.order, stop.order]);
        expect(found.map((row) => row.stop_id)).toEqual(stop.platforms.map((platform) => platform.stopId));
      }
    }
  });

  test("names say where a platform's trains go", () => {
    expect(rows[0]).toEqual({
      stop_id: 30173,
      direction_id: "N",
      stop_name: "Howard (northbound)",
      station_name: "Howard",
      station_descriptive_name: "Howard (Red Line)",
      station_id: 40900,
      order: 0,
      red: true,
      blue: false,
      green: false,
    });
  });
});
