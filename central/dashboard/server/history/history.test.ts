import { beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { formatReading, HEADERS } from "../../../../schemas/topics.ts";
import { applyDelta } from "../../web/state/apply.ts";
import { inputDecoder } from "../model/decode.ts";
import { jsonDecoder, SmallChicago } from "../testing/small-chicago.ts";
import { WHOLE_CITY } from "../view/watched.ts";
import { History } from "./history.ts";
import { StationSums } from "./station-sums.ts";
import { Ticks } from "./ticks.ts";

const MORNING = Date.UTC(2026, 10, 30, 8);
const CLARK = 40380;

let now: number;
let city: SmallChicago;
let history: History;

beforeEach(async () => {
  now = MORNING;
  city = new SmallChicago(() => now);
  history = new History({
    ...{ kafka: city.kafka, topics: city.topics, watched: WHOLE_CITY, lookbackMs: 15 * 60_000 },
    ...{ sums: new StationSums(), ticks: new Ticks(), live: () => true },
    clock: { ...systemClock, now: () => now },
    decode: inputDecoder(city.topics, jsonDecoder),
    findings: () => [],
    devicesNow: () => 370,
  });
  await city.topicsExist();
  city.stations();
  city.weather(54, "windy");
  city.online();
});

/** A train from stop to stop and an entry, every five seconds; a turnstile is silent from 8:01 to 8:02. */
function morning(): void {
  const stops = [40490, CLARK, 40370, 40790, 40070];
  for (let second = 5; second <= 240; second += 5) {
    now = MORNING + second * 1_000;
    city.arrive("BL001", stops[(second / 5) % stops.length] ?? CLARK, "blue", "b");
    if (second === 60) city.unplug("40380-T1");
    city.press(CLARK, 1);
    if (second === 120) city.plug("40380-T1");
    for (const id of ["40380-T1", "40380-blue-A1"]) city.tell(id);
    city.audit();
  }
}

describe("the past", () => {
  test("begins with the first reading", async () => {
    expect(await history.range()).toMatchObject({ from: null, to: MORNING, ticks: [] });
    await expect(history.at(MORNING, () => 0)).rejects.toMatchObject({ status: 404 });
  });

  test("is as it was: trains, entries, devices and the verdict of that moment, and nothing later", async () => {
    morning();
    const at = MORNING + 92_000;
    const state = await history.at(at, (reel) => reel.state());
    expect(state.trains["BL001"]).toMatchObject({ stationId: 40790, stale: false });
    // Entries of the turnstile that is silent since 8:01 have not come.
    expect(state.entries).toEqual({ [CLARK]: 11 });
    expect(state.devices["40380-T1"]).toMatchObject({ state: "offline" });
    expect(state.weather).toMatchObject({ temperature: 54 });
    expect(state.clock?.speed).toBe(60);
    expect(state.proof).toMatchObject({ asOf: MORNING + 90_000, summed: 11, newer: 0 });
    expect(state.hops.map(({ p50 }) => p50)).toEqual([2, 3, 25, null]);
    expect(Object.keys(state.stations)).toHaveLength(92);
    const later = await history.at(MORNING + 200_000, (reel) => reel.state());
    expect(later.entries).toEqual({ [CLARK]: 40 });
    expect(later.devices["40380-T1"]).toMatchObject({ state: "online" });
  });

  test("goes on by deltas, which lead to what asking for their moment gives", async () => {
    morning();
    const answer = await history.moments({ at: MORNING + 50_000, stepMs: 5_000, frames: 20 });
    expect(answer.snapshot).toMatchObject({ now: MORNING + 50_000 });
    expect(answer.until).toBe(MORNING + 150_000);
    const last = answer.deltas.reduce(applyDelta, answer.snapshot.state);
    const asked = await history.at(answer.until, (reel) => reel.state());
    expect(last.entries).toEqual(asked.entries);
    expect(last.trains).toEqual(asked.trains);
    expect(last.devices).toEqual(asked.devices);
    expect(answer.unknown).toEqual([expect.stringMatching(/^Of 36\d of 370 devices/)]);
  });

  test("ends a moment before the present, whatever is asked for", async () => {
    morning();
    const { until } = await history.moments({ at: now - 10_000, stepMs: 1_000, frames: 100 });
    expect(until).toBe(now - 2_000);
  });

  test("is counted again from its records, with what is missing between two of them", async () => {
    morning();
    const interval = [MORNING + 10_000, MORNING + 50_000] as const;
    expect(await history.recount(...interval)).toMatchObject({
      ...{ whole: true, entries: 8, arrivals: 8, devices: 6, stations: 5, nameless: 0, faults: [] },
    });
    now++;
    const headers = [1, 3].map((seq) => ({ [HEADERS.reading]: formatReading("41660-T1", 9, seq, seq) }));
    const record = { topic: city.topics.turnstiles, partition: 0, key: null, value: null };
    city.kafka.append(headers.map((header) => ({ ...record, headers: header })));
    const missing = { what: "missing", deviceId: "41660-T1", bootId: 9, from: 2, to: 2 };
    expect(await history.recount(now, now + 1)).toMatchObject({ whole: false, faults: [missing] });
    // A link's second that is not over yet is counted so far; one that has not begun has nothing to count.
    expect(await history.recount(now, now + 900)).toMatchObject({ to: now + 1, faults: [missing] });
    await expect(history.recount(now + 500, now + 900)).rejects.toMatchObject({ status: 404 });
    await expect(history.recount(now, now - 1)).rejects.toMatchObject({ status: 400 });
    await expect(history.recount(now - 20 * 60_000, now)).rejects.toMatchObject({ status: 400 });
  });

  test("shows many viewers different moments at once, and refuses a viewer while too many wait", async () => {
    morning();
    // Two read, twelve wait.
    const seconds = Array.from({ length: 14 }, (_, i) => 235 - 15 * i);
    const asked = seconds.map((second) =>
      history.at(MORNING + second * 1_000, (reel) => reel.state().entries[CLARK]),
    );
    await expect(history.at(now, () => 0)).rejects.toMatchObject({ status: 429 });
    const counted = (second: number): number | undefined => {
      // An entry each five seconds; those from 8:01 on come at 8:02.
      const done = Math.floor(second / 5) - (second >= 60 && second < 120 ? Math.floor(second / 5) - 11 : 0);
      return done === 0 ? undefined : done;
    };
    expect(await Promise.all(asked)).toEqual(seconds.map(counted));
  });

  test("of a system that fell silent says since when", async () => {
    morning();
    now += 60_000;
    const state = await history.at(now, (reel) => reel.state());
    expect(state.silentSince).toBe(MORNING + 240_000);
    expect(state.proof).toBeNull();
  });
});
