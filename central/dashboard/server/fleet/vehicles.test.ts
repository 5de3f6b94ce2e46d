import { expect, test } from "vitest";
import type { FleetRecord } from "../../../../schemas/fleet.ts";
import { GONE_MS, Vehicles } from "./vehicles.ts";

const T0 = Date.UTC(2026, 0, 1, 12);
const iso = (at: number): string => new Date(at).toISOString();

const record = (id: string, at: number, change: Partial<FleetRecord> = {}): FleetRecord => ({
  vehicle_id: id,
  boot: 1,
  sequence: 1,
  time: iso(at),
  lat: 41.88,
  lon: -87.63,
  speed: 30,
  heading: 90,
  battery: 80,
  metadata: {},
  received: iso(at),
  ...change,
});

test("an event that arrives late or twice does not move its vehicle back", () => {
  const vehicles = new Vehicles();
  vehicles.see(record("V-1", T0 + 1_000, { lat: 41.9 }));
  vehicles.see(record("V-1", T0, { lat: 41.8 }));
  vehicles.see(record("V-1", T0 + 1_000, { lat: 41.7 }));
  expect(vehicles.all(T0 + 1_000)).toMatchObject([{ id: "V-1", lat: 41.9, at: T0 + 1_000, stale: false }]);
});

test("a clock that runs ahead does not keep its vehicle fresh", () => {
  const vehicles = new Vehicles();
  vehicles.see(record("V-1", T0, { time: iso(T0 + 240_000) }));
  expect(vehicles.all(T0 + 20_000)).toMatchObject([{ at: T0, stale: true }]);
});

test("stale after three of its own steps, but not within fifteen seconds; gone after ten minutes", () => {
  const vehicles = new Vehicles();
  vehicles.see(record("quick", T0));
  vehicles.see(record("quick", T0 + 1_000));
  vehicles.see(record("slow", T0 - 29_000));
  vehicles.see(record("slow", T0 + 1_000));
  const stale = (now: number) => vehicles.all(now).map(({ stale }) => stale);
  expect(stale(T0 + 16_000)).toEqual([false, false]);
  expect(stale(T0 + 16_001)).toEqual([true, false]);
  expect(stale(T0 + 91_001)).toEqual([true, true]);
  expect(vehicles.all(T0 + 1_001 + GONE_MS)).toEqual([]);
  expect(vehicles.count).toBe(0);
});

test("a page draws the first three hundred, and is told of all", () => {
  const vehicles = new Vehicles();
  for (let n = 0; n < 350; n++) vehicles.see(record(`V-${n}`, T0));
  expect(Object.keys(vehicles.view(T0))).toHaveLength(300);
  expect(vehicles.count).toBe(350);
});
