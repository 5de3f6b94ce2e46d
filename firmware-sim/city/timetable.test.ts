import { describe, expect, test } from "vitest";
import { LINES, type Line, stationsOf } from "../../schemas/network/network.ts";
import { RUN_MS, TRAINS_PER_LINE } from "../../schemas/network/service.ts";
import { City, type CityState } from "./city.ts";
import { firstTrains, Timetable } from "./timetable.ts";
import { isTerminal, slotAt, slotsOf, type Train, type TrainSighting } from "./train.ts";

const START = Date.parse("2018-10-01T08:00:00-05:00");
const HOUR = 3_600_000;

function line(name: Line, seed = 1): Timetable {
  return new Timetable(name, seed, firstTrains(name, START));
}

/** Service time of a day's sightings, all lines. */
function day(seed: number, hours = 24): TrainSighting[] {
  return LINES.flatMap((name) => line(name, seed).advance(START + hours * HOUR));
}

describe.each(LINES)("the %s line", (name) => {
  const count = stationsOf(name).length;

  test("a round trip meets each station in both directions, a terminal in one", () => {
    const seen = Array.from({ length: slotsOf(count) }, (_, slot) => slotAt(slot, count));
    expect(new Set(seen.map((s) => `${s.order}${s.direction}`)).size).toBe(2 * count - 2);
    expect(seen.filter((s) => s.order === 0).map((s) => s.direction)).toEqual(["a"]);
    expect(seen.filter((s) => s.order === count - 1).map((s) => s.direction)).toEqual(["b"]);
    expect(seen.map((_, slot) => isTerminal(slot, count)).filter(Boolean)).toHaveLength(2);
  });

  test("ten trains, five in each direction, no two at one platform", () => {
    const trains = firstTrains(name, START);
    expect(trains.map((t) => t.id)).toEqual(
      Array.from({ length: TRAINS_PER_LINE }, (_, i) => `${name.charAt(0).toUpperCase()}L00${i}`),
    );
    expect(new Set(trains.map((t) => t.slot)).size).toBe(10);
    expect(trains.filter((t) => slotAt(t.slot, count).direction === "b")).toHaveLength(5);
  });

  test("a train's next sighting is one place further, or a change of state where it stands", () => {
    const slots = new Map<string, number>();
    const ids = stationsOf(name).map((s) => s.id);
    const slotOf = (s: TrainSighting): number =>
      Array.from({ length: slotsOf(count) }, (_, i) => i).find((i) => {
        const { order, direction } = slotAt(i, count);
        return ids[order] === s.stationId && direction === s.direction;
      }) ?? -1;
    for (const sighting of line(name).advance(START + 24 * HOUR)) {
      const before = slots.get(sighting.arrival.trainId);
      const now = slotOf(sighting);
      if (before !== undefined) expect([before, (before + 1) % slotsOf(count)]).toContain(now);
      slots.set(sighting.arrival.trainId, now);
    }
  });
});

test("something moves every ten simulated seconds at the start: trains are staggered, not in lockstep", () => {
  const first = LINES.flatMap((name) => line(name).advance(START + 60_000)).map((s) => s.service - START);
  expect(first.length).toBeGreaterThanOrEqual(5);
  expect(Math.min(...first)).toBeLessThan(1000);
});

test("from one station to the next a train runs five minutes", () => {
  const sightings = line("red").advance(START + 6 * HOUR);
  const last = new Map<string, TrainSighting>();
  let normal = 0;
  for (const sighting of sightings) {
    const before = last.get(sighting.arrival.trainId);
    const ms = before && sighting.service - before.service;
    if (before?.arrival.status === "in_service" && ms !== undefined) {
      expect(ms).toBeGreaterThanOrEqual(RUN_MS);
      if (ms === RUN_MS) normal += 1;
    }
    last.set(sighting.arrival.trainId, sighting);
  }
  expect(normal).toBeGreaterThan(sightings.length / 2);
});

test("each sighting says where the train was seen before; the first says nowhere", () => {
  const last = new Map<string, TrainSighting>();
  for (const sighting of line("blue").advance(START + 12 * HOUR)) {
    const before = last.get(sighting.arrival.trainId);
    expect(sighting.arrival.prevStationId).toBe(before?.stationId ?? null);
    expect(sighting.arrival.prevDirection).toBe(before?.direction ?? null);
    last.set(sighting.arrival.trainId, sighting);
  }
});

test("some trains break down, recover where they stand, and no train passes them", () => {
  const sightings = day(3);
  const broken = sightings.filter((s) => s.arrival.status === "broken_down");
  expect(broken.length).toBeGreaterThan(5);
  for (const breakdown of broken) {
    const next = sightings.find(
      (s) => s.arrival.trainId === breakdown.arrival.trainId && s.service > breakdown.service,
    );
    if (!next) continue;
    expect(next).toMatchObject({
      stationId: breakdown.stationId,
      direction: breakdown.direction,
      arrival: { status: "in_service" },
    });
    const passed = sightings.filter(
      (s) =>
        s.line === breakdown.line &&
        s.stationId === breakdown.stationId &&
        s.direction === breakdown.direction &&
        s.service > breakdown.service &&
        s.service < next.service,
    );
    expect(passed).toEqual([]);
  }
});

test("a broken-down train holds up the one behind it", () => {
  const at = (id: string, slot: number, more: Partial<Train>): Train => ({
    id,
    slot,
    status: "in_service",
    dueAt: START,
    sightings: 1,
    seenAt: null,
    ...more,
  });
  const timetable = new Timetable("red", 1, [
    at("RL000", 10, { status: "broken_down", dueAt: START + 20 * 60_000 }),
    at("RL001", 9, {}),
  ]);
  expect(timetable.advance(START + 20 * 60_000 - 1)).toEqual([]);
  const moved = timetable.advance(START + 40 * 60_000).map((s) => [s.arrival.trainId, s.arrival.status]);
  expect(moved[0]).toEqual(["RL000", "in_service"]);
  expect(moved.map(([id]) => id)).toContain("RL001");
});

test("no two trains in service stand at one platform", () => {
  const timetable = line("green", 5);
  for (let at = START; at < START + 24 * HOUR; at += 60_000) {
    timetable.advance(at);
    const slots = timetable.trains.filter((t) => t.status !== "out_of_service").map((t) => t.slot);
    expect(new Set(slots).size).toBe(slots.length);
  }
});

test("some trains rest at a terminal and come back", () => {
  const sightings = day(3);
  const resting = sightings.filter((s) => s.arrival.status === "out_of_service");
  expect(resting.length).toBeGreaterThan(5);
});

test("the same seed gives the same day, however time is cut", () => {
  const pieces = line("red", 9);
  const cut: TrainSighting[] = [];
  for (let at = START; at < START + 6 * HOUR; at += 7919) cut.push(...pieces.advance(at));
  cut.push(...pieces.advance(START + 6 * HOUR));
  expect(cut).toEqual(line("red", 9).advance(START + 6 * HOUR));
});

test("a city that is stopped and started goes on where it was: the same trains, no ghost", () => {
  const options = { seed: 4, lines: LINES, turnstilesPerStation: 2 };
  const fresh: CityState = { service: START, lines: {} };
  const whole = new City(options, fresh);
  const straight = [whole.advance(START + HOUR), whole.advance(START + 2 * HOUR)];
  const first = new City(options, fresh);
  const before = first.advance(START + HOUR);
  const again = new City(options, JSON.parse(JSON.stringify(first.state)) as CityState);
  expect([before, again.advance(START + 2 * HOUR)]).toEqual(straight);
});

test("a line that stood still for hours goes on from where it is instead of making up for them", () => {
  const lines: CityState["lines"] = { red: firstTrains("red", START) };
  const city = new City(
    { seed: 4, lines: ["red"], turnstilesPerStation: 2 },
    { service: START + 9 * HOUR, lines },
  );
  expect(city.advance(START + 9 * HOUR + 60_000).trains.length).toBeLessThan(6);
});
