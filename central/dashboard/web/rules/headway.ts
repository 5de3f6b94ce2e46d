import type { Direction, Line } from "../../../../schemas/network/network.ts";
import type { DeviceView, TrainView } from "../../../../schemas/page/page.ts";
import { isSilent } from "./health.ts";
import { placeOf, step } from "./place.ts";
import type { Stop } from "./stops.ts";

/** A gap under this share of the even one is bunching, one over that share is long. */
const BUNCHED = 0.5;
const LONG = 1.75;

export type GapMark = "even" | "bunched" | "long";

/** A train, and where it is by now, in stops from the line's start. */
export interface PlacedTrain {
  readonly train: TrainView;
  readonly order: number;
}

/** Why a gap is not even. `name`: the train's id; of a sensor the name of its station. */
export interface GapCause {
  readonly kind: "broken-down" | "unseen" | "silent-sensor";
  readonly name: string;
}

/** Between two trains that follow one another. */
export interface Gap {
  /** In front, as the direction runs. */
  readonly leader: PlacedTrain;
  readonly follower: PlacedTrain;
  /** Stops between them, parts of one included. */
  readonly stops: number;
  /** Time between them at the line's usual pace, wall ms. */
  readonly ms: number;
  readonly mark: GapMark;
  /** Why, where it is known; null: not known, or nothing to explain. */
  readonly cause: GapCause | null;
}

export interface Headway {
  readonly line: Line;
  readonly direction: Direction;
  /** As the direction runs, the train in front first. */
  readonly gaps: readonly Gap[];
  readonly trains: number;
  /** Trains of this direction that were not seen for long. */
  readonly unseen: number;
  /** If all the line's trains ran evenly spaced, wall ms; null: nothing runs. */
  readonly evenMs: number | null;
}

/**
 * The gaps between the trains of one line and direction, at this moment.
 *
 * A line's trains go round: out in one direction, back in the other. Evenly spaced, each would follow the next by the
 * round trip divided by all of them; gaps are judged against that. Trains that were not seen for long are no train
 * to measure from: where one may be, the gap says so instead of inventing a place.
 *
 * @param trains - of the line, both directions.
 * @param now - wall ms.
 */
export function headwayOf(
  { line, direction }: { readonly line: Line; readonly direction: Direction },
  stops: readonly Stop[],
  trains: readonly TrainView[],
  devices: readonly DeviceView[],
  now: number,
): Headway {
  const last = stops.at(-1)?.order ?? 0;
  const orders = new Map(stops.map(({ station, order }) => [station.id, order]));
  const placed = trains
    .filter((train) => train.direction === direction && train.status !== "out_of_service")
    .flatMap((train) => {
      const order = orders.get(train.stationId);
      return order === undefined ? [] : [{ train, order: placeOf(train, order, last, now).order }];
    })
    .sort((x, y) => (y.order - x.order) * step(direction));
  const heard = placed.filter(({ train }) => !train.stale);
  const running = trains.filter((train) => !train.stale && train.status !== "out_of_service").length;
  const pace = trains[0]?.stepMs ?? 0;
  const even = running === 0 ? null : (2 * last) / running;
  const gaps = heard.slice(1).map((follower, i): Gap => {
    const leader = heard[i] ?? follower;
    const between = Math.abs(leader.order - follower.order);
    const mark = markOf(between, even ?? 0);
    const inside = ({ order }: { readonly order: number }): boolean =>
      order >= Math.min(leader.order, follower.order) && order <= Math.max(leader.order, follower.order);
    const unheard = placed.filter((each) => each.train.stale && inside(each));
    const silent = stops.filter((stop) => inside(stop) && isDeaf(devices, stop.station.id, line, direction));
    return {
      leader,
      follower,
      stops: between,
      ms: between * pace,
      mark,
      cause:
        mark === "even" ? null : causeOf(mark, leader.train, follower.train, unheard[0]?.train, silent[0]),
    };
  });
  return {
    line,
    direction,
    gaps,
    trains: heard.length,
    unseen: placed.length - heard.length,
    evenMs: even === null ? null : even * pace,
  };
}

function markOf(stops: number, even: number): GapMark {
  if (stops < even * BUNCHED) return "bunched";
  return stops > even * LONG ? "long" : "even";
}

/** A train that stands makes a long gap in front of it and bunches those behind. */
function causeOf(
  mark: GapMark,
  leader: TrainView,
  follower: TrainView,
  unheard: TrainView | undefined,
  silent: Stop | undefined,
): GapCause | null {
  const stands = mark === "long" ? follower : leader;
  if (stands.status === "broken_down") return { kind: "broken-down", name: stands.id };
  if (mark === "bunched") return null;
  if (unheard) return { kind: "unseen", name: unheard.id };
  return silent ? { kind: "silent-sensor", name: silent.station.name } : null;
}

function isDeaf(
  devices: readonly DeviceView[],
  stationId: number,
  line: Line,
  direction: Direction,
): boolean {
  const side = direction === "a" ? "A1" : "A2";
  return devices.some(
    (device) =>
      device.stationId === stationId && device.line === line && device.id.endsWith(side) && isSilent(device),
  );
}
