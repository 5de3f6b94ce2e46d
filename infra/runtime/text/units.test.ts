import { expect, test } from "vitest";
import { textTable } from "./table.ts";
import { durationText, megabytesText, parseDuration } from "./units.ts";

test.each([
  ["500ms", 500],
  ["90", 90_000],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
])("a length of time: %s", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "s", "1 s", "-1s", "1w", "1e3", "s1"])("no length of time: %j", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [59_400, "59 s"],
  [320_000, "5 min 20 s"],
  [3_660_000, "1 h 1 min"],
  [273_600_000, "3 d 4 h"],
  [-5, "0 s"],
])("%i ms are %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [0, "0 MB"],
  [250_400, "0.3 MB"],
  [9_960_000, "10.0 MB"],
  [250_000_000, "250 MB"],
  [1_275_000_000, "1,275 MB"],
])("%i bytes are %s", (bytes, text) => {
  expect(megabytesText(bytes)).toBe(text);
});

test("a table: the widest cell decides, figures end below each other, and a line of its own widens nothing", () => {
  const rows = [
    ["name", "count"],
    ["a", "12,345"],
    ["a sentence that is longer than any column"],
    ["long name", "7"],
  ];
  expect(textTable(rows, [1])).toEqual([
    "name        count",
    "a          12,345",
    "a sentence that is longer than any column",
    "long name       7",
  ]);
  expect(textTable([])).toEqual([]);
});
