import bindings from "gtfs-realtime-bindings";
import { describe, expect, test } from "vitest";
import { stationsOf } from "../../../../schemas/network/network.ts";
import type { DeviceView, PageState, TrainView } from "../../../../schemas/page/page.ts";
import { LIVE_FEEDS, LiveFeeds } from "./live.ts";
import { tables } from "./tables.ts";
import { liveNotices } from "./testing/live-rules.ts";

const { FeedMessage } = bindings.transit_realtime;
const NOW = Date.UTC(2026, 10, 29, 12);
const RED = stationsOf("red");

function train(order: number, more: Partial<TrainView> = {}): TrainView {
  const id = `RL${String(order).padStart(3, "0")}`;
  const at = NOW - 2_000;
  return {
    ...{ id, line: "red", direction: "b", stationId: RED[order]?.id ?? 0, status: "in_service", at },
    ...{ startedAt: at - order * 5_000, stepMs: 5_000, stale: false },
    ...more,
  };
}

function sensor(id: string, state: DeviceView["state"]): DeviceView {
  const of = { kind: "arrival", stationId: Number.parseInt(id, 10), line: "red" } as const;
  return { id, ...of, state, reason: "", since: NOW - 60_000, waiting: null };
}

function stateOf(trains: readonly TrainView[], more: Partial<PageState> = {}): PageState {
  const byId = Object.fromEntries(trains.map((each) => [each.id, each]));
  return { trains: byId, devices: {}, silentSince: null, live: true, ...more } as PageState;
}

/** What a foreign consumer reads. */
function read(name: (typeof LIVE_FEEDS)[number], state: PageState, now = NOW) {
  const { pb, json } = new LiveFeeds().answer(name, state, now);
  const feed = FeedMessage.decode(pb.body);
  // The same is in both forms.
  const parsed = FeedMessage.encode(FeedMessage.fromObject(JSON.parse(json.body.toString()))).finish();
  expect(FeedMessage.toObject(FeedMessage.decode(parsed))).toEqual(FeedMessage.toObject(feed));
  return feed;
}

const CITY = stateOf(
  [
    train(0),
    train(5),
    train(32),
    train(7, { direction: "a", status: "broken_down" }),
    train(9, { at: NOW - 12_000 }),
    train(11, { at: NOW + 3_000 }),
    train(12, { stale: true }),
    train(13, { status: "out_of_service" }),
    train(14, { stationId: 40380 }),
    train(15, { stepMs: 80 }),
  ],
  {
    devices: Object.fromEntries(
      [
        sensor("41660-red-A1", "offline"),
        sensor("41660-red-A2", "stale"),
        sensor("40900-red-A1", "never_seen"),
        { ...sensor("41090-T1", "offline"), kind: "turnstile" as const },
      ].map((each) => [each.id, each]),
    ),
  },
);

describe("the live feeds", () => {
  test("the validator has nothing to say of them, and their ids are those of the static feed", () => {
    const feeds = LIVE_FEEDS.map((name) => FeedMessage.toObject(read(name, CITY)));
    expect(liveNotices(feeds, tables(["red"], NOW), NOW / 1000)).toEqual([]);
  });

  test("the rules see what is wrong", () => {
    const feeds = LIVE_FEEDS.map((name) => FeedMessage.toObject(read(name, CITY)));
    const notices = liveNotices(feeds, tables(["blue"], NOW), NOW / 1000 - 3_600);
    const found = new Set(notices.map((notice) => notice.split(" ")[0]));
    expect([...found].sort()).toEqual(["E003", "E004", "E011", "E050"]);
  });

  test("a vehicle stands where a sensor saw it; a stale one, or one without passengers, is left out", () => {
    const { entity } = read("vehicle-positions", CITY);
    expect(entity.map(({ id }) => id)).toEqual([
      "RL000",
      "RL005",
      "RL032",
      "RL007",
      "RL009",
      "RL011",
      "RL015",
    ]);
    const { vehicle } = entity[1] ?? {};
    // Thorndale, the platform whose trains run south.
    expect(vehicle?.stopId).toBe("30170");
    expect(vehicle?.trip).toMatchObject({
      tripId: "red-b",
      directionId: 1,
      startDate: "20261129",
      startTime: "05:59:33",
    });
    expect(Number(vehicle?.timestamp)).toBe(NOW / 1000 - 2);
    expect(vehicle?.currentStopSequence).toBe(6);
  });

  test("a trip's next stops come one step apart, and never before now", () => {
    const updates = new Map(read("trip-updates", CITY).entity.map(({ id, tripUpdate }) => [id, tripUpdate]));
    const times = (id: string) =>
      updates.get(id)?.stopTimeUpdate?.map(({ arrival }) => Number(arrival?.time) - NOW / 1000) ?? [];
    expect(times("RL005").slice(0, 3)).toEqual([-2, 3, 8]);
    // Seen 12 s ago, at 5 s a step: due now, and the rest after that.
    expect(times("RL009").slice(0, 3)).toEqual([-12, 0, 5]);
    expect(times("RL032")).toEqual([-2]);
    const stands = updates.get("RL007")?.stopTimeUpdate ?? [];
    expect(stands.map(({ scheduleRelationship }) => scheduleRelationship)).toEqual([3, 2]);
  });

  test("alerts name a train that stands and platforms that nothing is heard of, in two languages", () => {
    const { entity } = read("alerts", CITY);
    expect(entity.map(({ id }) => id)).toEqual(["broken-down-RL007", "silent-41660"]);
    const [broken, silent] = entity.map(({ alert }) => alert);
    expect(broken?.headerText?.translation?.map(({ language }) => language)).toEqual(["en", "es"]);
    expect(broken?.headerText?.translation?.[0]?.text).toBe("Red Line: a train is broken down at Berwyn");
    expect(silent?.informedEntity?.map(({ stopId }) => stopId)).toEqual(["30289", "30290"]);
  });

  test("while nothing is heard at all, that is what the alerts say, and the answer's age", () => {
    expect(read("alerts", { ...CITY, silentSince: NOW - 30_000 }).entity).toHaveLength(2);
    const silent = { ...stateOf([train(12, { stale: true })]), silentSince: NOW - 30_000 };
    expect(read("alerts", silent).entity.map(({ id }) => id)).toEqual(["no-reports"]);
    expect(new LiveFeeds().answer("alerts", silent, NOW).ageSeconds).toBe(30);
  });

  test("one second has one content, the next one the next", () => {
    const feeds = new LiveFeeds();
    const first = feeds.answer("vehicle-positions", CITY, NOW);
    expect(feeds.answer("vehicle-positions", stateOf([]), NOW + 999)).toBe(first);
    const second = feeds.answer("vehicle-positions", stateOf([]), NOW + 1_000);
    expect(FeedMessage.decode(second.pb.body).entity).toEqual([]);
    expect(second.pb.etag).not.toBe(first.pb.etag);
  });
});
