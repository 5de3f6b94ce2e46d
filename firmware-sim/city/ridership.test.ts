import { expect, test } from "vitest";
import { STATIONS, stationById } from "../../schemas/network/network.ts";
import { localHour } from "./calendar.ts";
import { entriesPerHour, Ridership } from "./ridership.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Midnight in Chicago (UTC−5), Monday 1 October 2018. */
const MONDAY = Date.parse("2018-10-01T00:00:00-05:00");
const days = { weekday: MONDAY, saturday: MONDAY + 5 * DAY, sunday: MONDAY + 6 * DAY } as const;

test("a day begins at midnight in Chicago, not in UTC, in winter and in summer", () => {
  expect(localHour(Date.parse("2018-10-06T04:59:59Z"))).toEqual({ dayType: "weekday", hour: 23 });
  expect(localHour(Date.parse("2018-10-06T05:00:00Z"))).toEqual({ dayType: "saturday", hour: 0 });
  expect(localHour(Date.parse("2019-01-06T05:59:59Z"))).toEqual({ dayType: "saturday", hour: 23 });
  expect(localHour(Date.parse("2019-01-06T06:00:00Z"))).toEqual({ dayType: "sunday", hour: 0 });
});

test.each(Object.entries(days))(
  "a %s's expected entries sum to each station's figure exactly",
  (day, from) => {
    for (const station of STATIONS) {
      let sum = 0;
      for (let hour = 0; hour < 24; hour++) sum += entriesPerHour(station, from + hour * HOUR);
      expect(sum).toBeCloseTo(station.entries[day as keyof typeof days], 6);
    }
  },
);

test("rush hours are 12.5 times as busy as the night", () => {
  const station = stationById(40380);
  expect(station).toBeDefined();
  if (!station) return;
  const at = (hour: number): number => entriesPerHour(station, MONDAY + hour * HOUR);
  expect(at(8) / at(3)).toBeCloseTo(12.5, 6);
  expect(at(18) / at(23)).toBeCloseTo(12.5, 6);
});

test.each(Object.entries(days))(
  "drawn over a %s, the network's entries are within two per cent of the figures",
  (day, from) => {
    // A quarter of a million entries or more: 2 % is ten standard deviations.
    const wanted = STATIONS.reduce((sum, s) => sum + s.entries[day as keyof typeof days], 0);
    const drawn = new Ridership(1, 2, from - 1).advance(from + DAY - 1).length;
    expect(Math.abs(drawn / wanted - 1)).toBeLessThan(0.02);
  },
);

test("a station's long-run mean is within 2 % of its figure, both lines and both turnstiles share it", () => {
  const station = stationById(40380);
  expect(station).toBeDefined();
  if (!station) return;
  const entries = Array.from({ length: 12 }, (_, seed) =>
    new Ridership(seed, 2, MONDAY - 1, [station]).advance(MONDAY + DAY - 1),
  ).flat();
  const wanted = 12 * station.entries.weekday;
  const share = (part: typeof entries): number => part.length / wanted;
  expect(Math.abs(share(entries) - 1)).toBeLessThan(0.02);
  for (const line of ["blue", "green"]) {
    expect(Math.abs(share(entries.filter((e) => e.line === line)) - 0.5)).toBeLessThan(0.02);
  }
  for (const turnstile of [0, 1]) {
    expect(Math.abs(share(entries.filter((e) => e.turnstile === turnstile)) - 0.5)).toBeLessThan(0.02);
  }
});

const busiest = [...STATIONS].sort((x, y) => y.entries.weekday - x.entries.weekday);

test.each(Object.entries(days))(
  "over many a %s, busy, middling and quiet stations keep within two per cent of their figures",
  (day, from) => {
    for (const station of [busiest[0], busiest[23], busiest[46], busiest[69]]) {
      expect(station).toBeDefined();
      if (!station) return;
      const wanted = station.entries[day as keyof typeof days];
      // 62,500 entries: 2 % is five standard deviations.
      const runs = Math.ceil(62_500 / wanted);
      let drawn = 0;
      for (let seed = 1; seed <= runs; seed++) {
        drawn += new Ridership(seed, 2, from - 1, [station]).advance(from + DAY - 1).length;
      }
      expect(Math.abs(drawn / (runs * wanted) - 1), station.name).toBeLessThan(0.02);
    }
  },
);

test("the same seed gives the same day, however time is cut, and another seed another", () => {
  const whole = new Ridership(7, 2, MONDAY).advance(MONDAY + HOUR);
  const pieces = new Ridership(7, 2, MONDAY);
  const cut: typeof whole = [];
  for (let at = MONDAY; at < MONDAY + HOUR; at += 6007) cut.push(...pieces.advance(at));
  cut.push(...pieces.advance(MONDAY + HOUR));
  expect(cut).toEqual(whole);
  expect(new Ridership(8, 2, MONDAY).advance(MONDAY + HOUR)).not.toEqual(whole);
});

test("begun in the middle of a minute, it goes on with that minute's rest", () => {
  const whole = new Ridership(7, 2, MONDAY).advance(MONDAY + HOUR);
  const half = MONDAY + HOUR / 2 + 31_234;
  expect(new Ridership(7, 2, half).advance(MONDAY + HOUR)).toEqual(whole.filter((e) => e.service > half));
});

test("entries come in order of time, and each is at a station of its line", () => {
  const from = MONDAY + 8 * HOUR;
  const entries = new Ridership(7, 3, from).advance(from + 120_000);
  expect(entries.length).toBeGreaterThan(1500);
  expect(entries.map((e) => e.service)).toEqual(entries.map((e) => e.service).sort((x, y) => x - y));
  const misplaced = entries.filter(
    (e) => !stationById(e.stationId)?.stops.some((s) => s.line === e.line) || e.turnstile > 2,
  );
  expect(misplaced).toEqual([]);
});
