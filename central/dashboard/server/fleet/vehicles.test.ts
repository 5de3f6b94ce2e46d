import { expect, test } from "vitest";
import type { FleetRecord } from "../../../../schemas/fleet.ts";
import { fleetRecord } from "../../../../schemas/testing/fleet-events.ts";
import { GONE_MS, Vehicles } from "./vehicles.ts";

const T0 = Date.UTC(2026, 0, 1, 12);
const iso = (at: number): string => new Date(at).toISOString();

const record = (id: string, at: number, change: Partial<FleetRecord> = {}): FleetRecord =>
  fleetRecord({ vehicle_id: id, time: iso(at), received: iso(at), ...change });

test("order is by boot, then by sequence: what arrives late or twice does not move a vehicle back", () => {
  const vehicles = new Vehicles();
  const place = () => vehicles.all(T0 + 1_000)[0]?.lat;
  vehicles.see(record("V-1", T0, { boot: 2, sequence: 8, lat: 41.9 }));
  for (const late of [
    { boot: 2, sequence: 7 },
    { boot: 2, sequence: 8 },
    { boot: 1, sequence: 99 },
  ]) {
    vehicles.see(record("V-1", T0 + 1_000, { ...late, lat: 41.7 }));
    expect(place()).toBe(41.9);
  }
  vehicles.see(record("V-1", T0 + 1_000, { boot: 3, sequence: 1, lat: 41.8 }));
  expect(place()).toBe(41.8);
});

test.each([
  ["an hour behind", -3_600_000],
  ["four minutes ahead", 240_000],
])("a vehicle whose clock is %s after a reboot drives on, and is as fresh as it was heard of", (_, offMs) => {
  const vehicles = new Vehicles();
  vehicles.see(record("V-1", T0, { boot: 1, sequence: 500, lat: 41.8 }));
  for (let sequence = 1; sequence <= 3; sequence++) {
    const at = T0 + sequence * 1_000;
    vehicles.see(record("V-1", at, { boot: 2, sequence, time: iso(at + offMs), lat: 41.8 + sequence / 100 }));
  }
  const now = T0 + 4_000;
  expect(vehicles.all(now)).toMatchObject([{ id: "V-1", lat: 41.83, heard: T0 + 3_000, stale: false }]);
  expect(vehicles.all(now)[0]?.at).toBe(Math.min(T0 + 3_000, T0 + 3_000 + offMs));
  expect(vehicles.all(T0 + 19_000)).toMatchObject([{ stale: true }]);
});

test("a replaced vehicle with a lower boot takes over once the higher one has fallen silent", () => {
  const vehicles = new Vehicles();
  vehicles.see(record("V-1", T0, { boot: 9, lat: 41.9 }));
  vehicles.see(record("V-1", T0 + 10_000, { boot: 3, lat: 41.8 }));
  expect(vehicles.all(T0 + 10_000)).toMatchObject([{ lat: 41.9 }]);
  vehicles.see(record("V-1", T0 + 16_000, { boot: 3, sequence: 2, lat: 41.8 }));
  expect(vehicles.all(T0 + 16_000)).toMatchObject([{ lat: 41.8, stale: false }]);
});

test("an event that the database refuses is taken back, and counted", () => {
  const vehicles = new Vehicles();
  const good = record("V-1", T0, { sequence: 7, lat: 41.8 });
  const bad = record("V-1", T0 + 1_000, { sequence: 8, lat: 41.9 });
  vehicles.see(good);
  vehicles.see(bad);
  vehicles.refuse(bad, T0 + 1_100);
  expect(vehicles.all(T0 + 1_100)).toMatchObject([{ lat: 41.8 }]);
  expect(vehicles.refused()).toEqual([{ id: "V-1", events: 1 }]);
  // The next ones are likely to be refused too; what the database takes again moves it again.
  vehicles.see(record("V-1", T0 + 2_000, { sequence: 9, lat: 41.95 }));
  expect(vehicles.all(T0 + 2_000)).toMatchObject([{ lat: 41.8 }]);
  vehicles.see(record("V-1", T0 + 12_000, { sequence: 19, lat: 41.96 }));
  expect(vehicles.all(T0 + 12_000)).toMatchObject([{ lat: 41.96 }]);
});

test("a refused twin of the event that is shown takes nothing back", () => {
  const vehicles = new Vehicles();
  const first = record("V-1", T0, { lat: 41.8 });
  vehicles.see(first);
  vehicles.refuse(record("V-1", T0 + 500, { lat: 41.9 }), T0 + 600);
  expect(vehicles.all(T0 + 1_000)).toMatchObject([{ lat: 41.8 }]);
});

test("a vehicle of which all is refused is not drawn, but named until it is gone", () => {
  const vehicles = new Vehicles();
  const bad = record("V-1", T0);
  vehicles.see(bad);
  vehicles.refuse(bad, T0);
  expect([vehicles.all(T0), vehicles.count, vehicles.refused()]).toEqual([[], 0, [{ id: "V-1", events: 1 }]]);
  vehicles.all(T0 + GONE_MS + 1);
  expect(vehicles.refused()).toEqual([]);
});

test("stale after three of its own steps, but not within fifteen seconds; gone after ten minutes", () => {
  const vehicles = new Vehicles();
  vehicles.see(record("quick", T0));
  vehicles.see(record("quick", T0 + 1_000, { sequence: 2 }));
  vehicles.see(record("slow", T0 - 29_000));
  vehicles.see(record("slow", T0 + 1_000, { sequence: 2 }));
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
