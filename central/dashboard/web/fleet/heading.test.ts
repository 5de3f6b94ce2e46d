import { expect, test } from "vitest";
import { placeVehicle } from "./heading.ts";

const LOOP = { lat: 41.8815, lon: -87.6295 };

test("north is up, east is right, whatever the map's bend", () => {
  for (const at of [LOOP, { lat: 41.98, lon: -87.9 }, { lat: 41.72, lon: -87.62 }]) {
    expect([0, 90, 180, 270].map((heading) => placeVehicle(at, heading).turn)).toEqual([0, 90, 180, 270]);
  }
});

test("between them it points where its next metres are drawn", () => {
  const { turn } = placeVehicle(LOOP, 45);
  expect(turn).toBeGreaterThan(20);
  expect(turn).toBeLessThan(70);
});
