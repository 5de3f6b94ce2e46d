import fc from "fast-check";
import { expect, test } from "vitest";
import type { Line } from "../../schemas/network/network.ts";
import type { StationRecord } from "../../schemas/records.ts";
import type { PlacedEvent } from "./row.ts";
import { StationsTable } from "./table.ts";

const row = (
  stopId: number,
  station_id: number,
  name: string,
  lines: readonly Line[],
  order = 1,
): PlacedEvent => ({
  kind: "row",
  stopId,
  offset: 0,
  stop: { station_id, station_name: name, order, lines },
});
const gone = (stopId: number): PlacedEvent => ({ kind: "gone", stopId, offset: 0 });
const written = (table: StationsTable, ...events: PlacedEvent[]): unknown[] =>
  table
    .apply(events)
    .stations.map(([key, record]) => [`${key.station_id} ${key.line}`, record?.station_name ?? null]);

test("two stops make one station", () => {
  const table = new StationsTable();
  expect(written(table, row(1, 10, "A", ["red"]))).toEqual([["10 red", "A"]]);
  expect(written(table, row(2, 10, "A", ["red"]))).toEqual([]);
});

test("a row with two flags makes two records", () => {
  expect(written(new StationsTable(), row(1, 10, "A", ["blue", "green"]))).toEqual([
    ["10 blue", "A"],
    ["10 green", "A"],
  ]);
});

test("a station goes only with its last stop", () => {
  const table = new StationsTable();
  written(table, row(1, 10, "A", ["red"]), row(2, 10, "A", ["red"]));
  expect(written(table, gone(1))).toEqual([]);
  expect(written(table, gone(1))).toEqual([]);
  expect(written(table, gone(2))).toEqual([["10 red", null]]);
});

test("a changed name is written once, when its first stop changes", () => {
  const table = new StationsTable();
  written(table, row(1, 10, "A", ["red"]), row(2, 10, "A", ["red"]));
  expect(written(table, row(1, 10, "B", ["red"]))).toEqual([["10 red", "B"]]);
  expect(written(table, row(2, 10, "B", ["red"]))).toEqual([]);
});

test("when the stop that named the station goes, the other's name comes back", () => {
  const table = new StationsTable();
  written(table, row(1, 10, "A", ["red"]), row(2, 10, "B", ["red"]));
  expect(written(table, gone(2))).toEqual([["10 red", "A"]]);
});

test("a stop that moves leaves its old station and line", () => {
  const table = new StationsTable();
  written(table, row(1, 10, "A", ["red"]));
  expect(written(table, row(1, 20, "C", ["blue"]))).toEqual([
    ["10 red", null],
    ["20 blue", "C"],
  ]);
});

test("a stop that loses its lines leaves the table; one that never had any does not enter it", () => {
  const table = new StationsTable();
  written(table, row(1, 10, "A", ["red"]));
  expect(written(table, row(1, 10, "A", []))).toEqual([["10 red", null]]);
  expect(table.apply([row(3, 30, "D", [])])).toEqual({ stops: new Map(), stations: [] });
});

test("what comes and goes within a batch is not written", () => {
  expect(written(new StationsTable(), row(1, 10, "A", ["red"]), gone(1))).toEqual([]);
});

test("a correction holds only while the record that it corrects is its stop's last", () => {
  const table = new StationsTable();
  const at = (offset: number, event: PlacedEvent, corrects?: number): PlacedEvent => ({
    ...event,
    offset,
    ...(corrects === undefined ? {} : { corrects }),
  });
  const stale = row(1, 10, "A", ["red"]);
  const newer = row(1, 10, "C", ["red"]);
  expect(written(table, at(0, stale), at(1, newer), at(2, row(1, 10, "B", ["red"]), 0))).toEqual([
    ["10 red", "C"],
  ]);
  expect(written(table, at(3, gone(1), 0))).toEqual([]);
  expect(written(table, at(4, gone(1), 1))).toEqual([["10 red", null]]);
  // Ended by a record that the correction did not know of.
  expect(written(table, at(5, stale, 3))).toEqual([]);
  expect(written(table, at(6, stale, 4))).toEqual([["10 red", "A"]]);
  // Also after a restart: the offset is part of the state.
  const again = new StationsTable();
  again.restore(1, { station_id: 10, station_name: "A", order: 1, lines: ["red"], change: 5, offset: 6 });
  expect(written(again, at(7, gone(1), 4))).toEqual([]);
  expect(written(again, at(8, gone(1), 6))).toEqual([["10 red", null]]);
});

const event = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map(gone),
  fc
    .tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(10, 20),
      fc.constantFrom("A", "B"),
      fc.subarray<Line>(["red", "blue", "green"]),
    )
    .map(([stopId, station, name, lines]) => row(stopId, station, name, lines)),
);

test("however the rows are cut into batches, and restarted between any two, the table ends the same", () => {
  const cuts = fc.array(fc.record({ length: fc.integer({ min: 1, max: 5 }), restart: fc.boolean() }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), cuts, (events, plan) => {
      const whole = new Map<string, StationRecord | null>();
      for (const one of events.length > 0 ? [new StationsTable().apply(events)] : []) {
        for (const [key, record] of one.stations) whole.set(`${key.station_id} ${key.line}`, record);
      }
      const seen = new Map<string, StationRecord | null>();
      const state = new Map<number, Parameters<StationsTable["restore"]>[1]>();
      let table = new StationsTable();
      for (let at = 0, n = 0; at < events.length; n++) {
        const { length = 1, restart = false } = plan[n % plan.length] ?? {};
        const { stops, stations } = table.apply(events.slice(at, at + length));
        for (const [id, stop] of stops) state.set(id, stop);
        for (const [key, record] of stations) seen.set(`${key.station_id} ${key.line}`, record);
        at += length;
        if (!restart) continue;
        table = new StationsTable();
        for (const [id, stop] of state) table.restore(id, stop);
      }
      const living = (map: typeof seen): [string, unknown][] => [...map].filter(([, r]) => r !== null).sort();
      expect(living(seen)).toEqual(living(whole));
    }),
    { seed: 17, numRuns: 300 },
  );
});
