import { expect, test } from "vitest";
import { endOf, momentOf } from "./moment.ts";

const NOW = new Date(2026, 10, 30, 9, 30, 15, 250).getTime();
const at = (...parts: readonly [number, number, number?, number?]): number =>
  new Date(2026, 10, parts[0], parts[1], parts[2] ?? 0, parts[3] ?? 0).getTime();

test.each([
  ["now", NOW],
  ["15m", NOW - 900_000],
  ["1.5h", NOW - 5_400_000],
  ["2d", NOW - 172_800_000],
  ["08:12", at(30, 8, 12)],
  ["8:12:30", at(30, 8, 12, 30)],
  ["09:30:15", at(30, 9, 30, 15)],
  // Still to come today.
  ["23:59", at(29, 23, 59)],
  ["2026-11-30T08:12:00Z", Date.UTC(2026, 10, 30, 8, 12)],
  ["2026-11-30T08:12", at(30, 8, 12)],
])("%s", (text, moment) => expect(momentOf(text, NOW)).toBe(moment));

test.each(["24:00", "08:60", "8", "yesterday", "15", "-15m", "", "2026", "2026-13-40"])(
  "%s is no moment",
  (text) => expect(momentOf(text, NOW)).toBeUndefined(),
);

test("an end that a clock shows is behind the beginning, though it is still to come, or tomorrow", () => {
  expect(endOf("08:15", at(30, 8), at(30, 8, 10))).toBe(at(30, 8, 15));
  expect(endOf("00:10", at(29, 23, 50), at(30, 0, 5))).toBe(at(30, 0, 10));
  expect(endOf("08:00", at(30, 8), at(30, 9))).toBe(at(31, 8));
  expect(endOf("15m", at(30, 8), NOW)).toBe(NOW - 900_000);
  expect(endOf("24:00", at(30, 8), NOW)).toBeUndefined();
});
