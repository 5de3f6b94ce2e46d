import { strFromU8, unzipSync } from "fflate";
import { expect, test } from "vitest";
import { LINES } from "../../../../schemas/network/network.ts";
import { archive } from "./archive.ts";
import { csv } from "./csv.ts";
import { cityTime } from "./dates.ts";
import { tables } from "./tables.ts";
import { staticNotices } from "./testing/static-rules.ts";

const NOW = Date.UTC(2026, 10, 29, 12);

test.each([
  ["all lines", LINES],
  ["one line", ["red"] as const],
])("the validator has nothing to say of %s", (_, lines) => {
  expect(staticNotices(tables(lines, NOW), cityTime(NOW).date)).toEqual([]);
});

test("the rules see what is wrong", () => {
  const feed = tables(["red"], NOW);
  const broken = {
    ...feed,
    "stops.txt": feed["stops.txt"]?.slice(1) ?? [],
    "stop_times.txt": feed["stop_times.txt"]?.map((row) => ({ ...row, arrival_time: "00:00:00" })) ?? [],
  };
  const notices = new Set(staticNotices(broken, "20290101").map((notice) => notice.split(" ")[0]));
  expect([...notices].sort()).toEqual([
    "feed_expiration_date30_days",
    "foreign_key_violation",
    "stop_time_with_arrival_before_previous_departure_time",
    "wrong_parent_location_type",
  ]);
});

test("a feed of one line has no platform of another", () => {
  const stops = tables(["red"], NOW)["stops.txt"] ?? [];
  expect(stops.filter((stop) => stop["location_type"] === 1)).toHaveLength(33);
  expect(stops.filter((stop) => stop["location_type"] === 0)).toHaveLength(66);
});

test("the archive has the files of the reference, says that the service is emulated, and stays the same", () => {
  const { body, etag } = archive(LINES, NOW);
  const files = unzipSync(body);
  expect(Object.keys(files).sort()).toEqual([
    "agency.txt",
    "calendar.txt",
    "feed_info.txt",
    "frequencies.txt",
    "routes.txt",
    "shapes.txt",
    "stop_times.txt",
    "stops.txt",
    "trips.txt",
  ]);
  expect(strFromU8(files["feed_info.txt"] as Uint8Array)).toContain("emulated service");
  expect(archive(LINES, NOW + 60_000).etag).toBe(etag);
  expect(archive(["red"], NOW).etag).not.toBe(etag);
});

test("a field with a comma or a quote is quoted", () => {
  expect(csv([{ name: 'Clark, "the" Lake', order: 1, none: null }])).toBe(
    'name,order,none\r\n"Clark, ""the"" Lake",1,\r\n',
  );
});

test("midnight in Chicago is the new day's", () => {
  expect(cityTime(Date.UTC(2026, 10, 29, 6))).toEqual({ date: "20261129", time: "00:00:00" });
});
