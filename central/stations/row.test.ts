import { describe, expect, test } from "vitest";
import { parseRow } from "./row.ts";

const row = {
  stop_id: 30374,
  direction_id: "E",
  stop_name: "Clark/Lake (eastbound)",
  station_name: "Clark/Lake",
  station_descriptive_name: "Clark/Lake (Green Line)",
  station_id: 40380,
  order: 14,
  red: false,
  blue: false,
  green: true,
};
const stop = { station_id: 40380, station_name: "Clark/Lake", order: 14, lines: ["green"] };
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe("a row", () => {
  test.each<[string, unknown, unknown]>([
    ["from the JDBC source", row, stop],
    ["from Debezium, flattened", { ...row, __deleted: "false" }, stop],
    ["with bits for booleans", { ...row, red: 0, blue: 0, green: 1 }, stop],
    ["on two lines", { ...row, blue: true }, { ...stop, lines: ["blue", "green"] }],
    ["on none of the three lines", { ...row, green: false }, { ...stop, lines: [] }],
  ])("%s", (_, value, expected) => {
    expect(parseRow(json(30374), json(value))).toEqual({ kind: "row", stopId: 30374, stop: expected });
  });
});

describe("a deleted row", () => {
  const gone = { kind: "gone", stopId: 30374 };
  test.each<[string, Buffer | null, Buffer | null]>([
    ["as Debezium marks it", json(30374), json({ ...row, __deleted: "true" })],
    ["with no more than its key columns", null, json({ stop_id: 30374, __deleted: "true" })],
    ["as a tombstone", json(30374), null],
    ["as a tombstone with the key as an object", json({ stop_id: 30374 }), null],
  ])("%s", (_, key, value) => {
    expect(parseRow(key, value)).toEqual(gone);
  });
});

describe("what is no row", () => {
  test.each<[string, Buffer | null, Buffer | null, RegExp]>([
    ["no JSON", json(1), Buffer.from("{"), /the row is not JSON/],
    ["not an object", json(1), json("x"), /not a row of stations/],
    ["a missing column", json(1), json({ ...row, station_name: undefined }), /station_name/],
    ["a column of another type", json(1), json({ ...row, order: "14", blue: "yes" }), /order: .*; blue: /],
    ["an unflattened change event", json(1), json({ before: null, after: row, op: "c" }), /stop_id/],
    ["a tombstone without key", null, null, /the key is not JSON/],
    ["a tombstone of another table", json({ id: 1 }), null, /not a row of stations/],
  ])("%s", (_, key, value, problem) => {
    expect(() => parseRow(key, value)).toThrow(expect.objectContaining({ code: "ROW_INVALID" }) as Error);
    expect(() => parseRow(key, value)).toThrow(problem);
  });
});
