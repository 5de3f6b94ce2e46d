import type { PageState, TrainView } from "../../../../schemas/page/page.ts";
import { alerts, isBlind } from "./alerts.ts";
import { type Answered, answered } from "./archive.ts";
import { encode } from "./encode.ts";
import type { FeedEntity, FeedMessage } from "./feed-message.ts";
import { reports, seconds, tripUpdate, vehiclePosition } from "./trips.ts";

export const LIVE_FEEDS = ["vehicle-positions", "trip-updates", "alerts"] as const;
export type LiveFeedName = (typeof LIVE_FEEDS)[number];

const ENTITIES: Readonly<Record<LiveFeedName, (state: PageState, at: number) => readonly FeedEntity[]>> = {
  "vehicle-positions": (state, at) => reporting(state, at).map(vehiclePosition),
  "trip-updates": (state, at) => reporting(state, at).map((train) => tripUpdate(train, at)),
  alerts: (state) => alerts(state),
};

export interface LiveAnswer {
  /** When it was made, wall seconds. */
  readonly timestamp: number;
  readonly ageSeconds: number;
  readonly pb: Answered;
  readonly json: Answered;
}

/** No report is newer than its feed: a device's clock may be ahead. */
function reporting({ trains }: PageState, at: number): TrainView[] {
  return Object.values(trains)
    .filter(reports)
    .map((train) => ({ ...train, at: Math.min(train.at, at), startedAt: Math.min(train.startedAt, at) }));
}

/** Where the state's trains are, how long they take and what is wrong, as of `timestamp`, wall seconds. */
export function feedOf(name: LiveFeedName, state: PageState, timestamp: number): FeedMessage {
  return {
    header: { gtfsRealtimeVersion: "2.0", incrementality: "FULL_DATASET", timestamp },
    entity: ENTITIES[name](state, timestamp * 1000),
  };
}

/**
 * The live feeds of now. Each is made once a second at most: consumers may ask as often as they like, and one second
 * has one content.
 */
export class LiveFeeds {
  readonly #made = new Map<LiveFeedName, LiveAnswer>();

  /** @param now - wall clock, epoch ms. */
  answer(name: LiveFeedName, state: PageState, now: number): LiveAnswer {
    const timestamp = seconds(now);
    const before = this.#made.get(name);
    if (before?.timestamp === timestamp) return before;
    const feed = feedOf(name, state, timestamp);
    const made = {
      timestamp,
      // During a silence, the time of the last report counts.
      ageSeconds: isBlind(state) ? Math.max(0, timestamp - seconds(state.silentSince ?? now)) : 0,
      pb: answered(encode(feed)),
      json: answered(JSON.stringify(feed)),
    };
    this.#made.set(name, made);
    return made;
  }
}
