import { describe, expect, test } from "vitest";
import type { ArrivalRecord } from "../../../../schemas/records.ts";
import { Trains } from "./trains.ts";

const T0 = 1_800_000_000_000;

function arrival(train_id: string, station_id: number, more: Partial<ArrivalRecord> = {}): ArrivalRecord {
  return {
    station_id,
    train_id,
    direction: "b",
    line: "red",
    train_status: "in_service",
    prev_station_id: null,
    prev_direction: null,
    ...more,
  };
}

function at(trains: Trains, now: number): Record<string, number> {
  return Object.fromEntries(Object.values(trains.view(now, 60)).map(({ id, stationId }) => [id, stationId]));
}

describe("trains", () => {
  test("a train leaves its platform when it is seen elsewhere, and only then", () => {
    const trains = new Trains();
    trains.see(arrival("RL001", 40900), T0);
    trains.see(arrival("RL002", 40900), T0 + 1_000);
    expect(at(trains, T0 + 4_000)).toEqual({ RL001: 40900, RL002: 40900 });
    trains.see(arrival("RL001", 41190), T0 + 5_000);
    expect(at(trains, T0 + 5_000)).toEqual({ RL001: 41190, RL002: 40900 });
  });

  test("a sighting from a sensor's backlog does not move a train back", () => {
    const trains = new Trains();
    trains.see(arrival("RL001", 41190), T0 + 5_000);
    trains.see(arrival("RL001", 40900), T0);
    expect(at(trains, T0 + 6_000)).toEqual({ RL001: 41190 });
  });

  test("a train not heard of becomes stale, then is gone; heard again it is back", () => {
    const trains = new Trains();
    trains.see(arrival("RL001", 40900), T0);
    const { staleMs, goneMs } = trains.pace("red", 60);
    expect(trains.view(T0 + staleMs, 60)["RL001"]?.stale).toBe(false);
    expect(trains.view(T0 + staleMs + 1, 60)["RL001"]?.stale).toBe(true);
    expect(trains.view(T0 + goneMs + 1, 60)).toEqual({});
    trains.see(arrival("RL001", 41190), T0 + goneMs + 2);
    expect(trains.view(T0 + goneMs + 3, 60)["RL001"]?.stale).toBe(false);
  });

  test("what was read from long ago after a restart shows no ghost", () => {
    const trains = new Trains();
    trains.see(arrival("RL001", 40900), T0 - 15 * 60_000);
    expect(trains.view(T0, 60)).toEqual({});
  });

  test("a broken-down train may stand for longer before it is doubted", () => {
    const trains = new Trains();
    trains.see(arrival("RL001", 40900, { train_status: "broken_down" }), T0);
    const { staleMs } = trains.pace("red", 60);
    expect(trains.view(T0 + 2 * staleMs, 60)["RL001"]).toMatchObject({ stale: false, status: "broken_down" });
  });

  test("the pace of a line is the median of its trains' own gaps", () => {
    const trains = new Trains();
    const stations = [40900, 41190, 40100, 41300, 40760];
    const gaps = [4_000, 5_000, 6_000, 90_000];
    let t = T0;
    trains.see(arrival("RL001", stations[0] ?? 0), t);
    gaps.forEach((gap, i) => {
      t += gap;
      trains.see(arrival("RL001", stations[i + 1] ?? 0), t);
    });
    expect(trains.pace("red", 60).stepMs).toBe(6_000);
    expect(trains.pace("blue", 60).stepMs).toBe(5_000);
    expect(trains.pace("blue", 1).stepMs).toBe(300_000);
  });

  test("words that are none of ours are not a train", () => {
    const trains = new Trains();
    trains.see({ ...arrival("PL001", 40900), line: "purple" as "red" }, T0);
    expect(trains.view(T0, 60)).toEqual({});
  });

  test("a trip begins where the train turned, and is the same one until it turns again", () => {
    const trains = new Trains();
    const startOf = (): number | undefined => trains.view(T0 + 60_000, 60)["RL001"]?.startedAt;
    // Seen on its way first: three stops of five seconds behind Howard.
    trains.see(arrival("RL001", 41300), T0, 60);
    expect(startOf()).toBe(T0 - 15_000);
    trains.see(arrival("RL001", 40760), T0 + 9_000, 60);
    expect(startOf()).toBe(T0 - 15_000);
    // At 95th/Dan Ryan it turns; it left there when it was seen there last.
    trains.see(arrival("RL001", 40450), T0 + 20_000, 60);
    trains.see(arrival("RL001", 40450, { train_status: "out_of_service" }), T0 + 30_000, 60);
    trains.see(arrival("RL001", 41430, { direction: "a" }), T0 + 37_000, 60);
    expect(startOf()).toBe(T0 + 30_000);
    trains.see(arrival("RL001", 40240, { direction: "a" }), T0 + 42_000, 60);
    expect(startOf()).toBe(T0 + 30_000);
  });
});
