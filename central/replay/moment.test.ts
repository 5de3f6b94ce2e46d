import { expect, test } from "vitest";
import { momentOf } from "./moment.ts";

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
