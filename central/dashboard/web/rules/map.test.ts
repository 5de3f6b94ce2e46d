import { describe, expect, test } from "vitest";
import { LINES, STATIONS, stationsOf } from "../../../../schemas/network/network.ts";
import { placeLabels } from "./labels.ts";
import { MAP, project } from "./projection.ts";

const named = STATIONS.map(({ id, name, lat, lon, stops }) => ({
  id,
  name,
  rank: stops.length,
  ...project({ lat, lon }),
}));

describe("the map", () => {
  test("has every station on it, no two at one place", () => {
    for (const { x, y } of named) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(MAP.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(MAP.height);
    }
    const nearest = named.flatMap((a) =>
      named.filter((b) => b.id > a.id).map((b) => Math.hypot(a.x - b.x, a.y - b.y)),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(2.5);
  });

  test("keeps north up and west left", () => {
    const [here, north, west] = [
      project({ lat: 41.8, lon: -87.7 }),
      project({ lat: 41.9, lon: -87.7 }),
      project({ lat: 41.8, lon: -87.8 }),
    ];
    expect(north.y).toBeLessThan(here.y);
    expect(north.x).toBe(here.x);
    expect(west.x).toBeLessThan(here.x);
    expect(west.y).toBe(here.y);
  });

  test("names the stations that matter most first, and no name covers another", () => {
    const labels = placeLabels(named, []);
    expect(labels.map(({ name }) => name)).toContain("Clark/Lake");
    for (const one of labels)
      for (const other of labels)
        if (one.id < other.id && one.anchor === other.anchor && Math.abs(one.x - other.x) < 20)
          expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(12);
  });
});

test("every station of the network is named, none over another", () => {
  const tracks = LINES.map((line) => stationsOf(line).map(project));
  const all = STATIONS.map(({ id, name, stops, ...place }) => ({
    ...{ id, name, rank: stops.length },
    ...project(place),
  }));
  const labels = placeLabels(all, tracks);
  expect(labels.map(({ id }) => id).sort()).toEqual(STATIONS.map(({ id }) => id).sort());
  const boxes = labels.map(({ name, x, y, anchor, small }) => {
    const width = name.length * (small ? 5.3 : 6.3);
    const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
    return { left, right: left + width, y };
  });
  const over = boxes.flatMap((one, i) =>
    boxes
      .slice(i + 1)
      .filter((other) => one.left < other.right && other.left < one.right && Math.abs(one.y - other.y) < 12),
  );
  expect(over).toEqual([]);
});
