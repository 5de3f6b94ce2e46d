import { expect, test } from "vitest";
import { FlightWatch } from "./flight-watch.ts";

test("what is on its way under live traffic is as old as the oldest of it, not as the traffic", () => {
  const watch = new FlightWatch();
  for (let at = 0; at <= 60_000; at += 1_000) {
    const flight = watch.observe(at, at, Math.max(0, at - 2_000));
    expect(flight.waiting).toBe(Math.min(at, 2_000));
    if (at > 0) expect(at - (flight.since ?? Number.NaN)).toBeLessThanOrEqual(2_000);
    if (at > 3_000) expect(flight.movedAt).toBe(at);
  }
});

test("a hop that stands still gets older, however much joins it, in bounded memory", () => {
  const watch = new FlightWatch();
  watch.observe(0, 10, 10);
  for (let at = 1; at <= 5_000; at++) watch.observe(at, 10 + at, 10);
  expect(watch.observe(5_001, 6_000, 10)).toEqual({ waiting: 5_990, since: 1, movedAt: null });
  expect(watch.observe(5_002, 6_000, 11)).toMatchObject({ waiting: 5_989, movedAt: 5_002 });
  expect(watch.observe(5_003, 6_000, 6_000)).toEqual({ waiting: 0, since: null, movedAt: 5_003 });
});

test("time without a look does not count", () => {
  const watch = new FlightWatch();
  watch.observe(0, 5, 5);
  watch.observe(1_000, 9, 6);
  watch.pause(120_000);
  expect(watch.observe(122_000, 9, 6)).toEqual({ waiting: 3, since: 121_000, movedAt: 121_000 });
});
