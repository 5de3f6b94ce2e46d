import type { Direction, Line, LineStop, Platform, Station } from "./network.ts";
import { stationsOf } from "./network.ts";

/** What every part agrees on about the service that is run. Times of the service clock, ms. */

/** From one station to the next. */
export const RUN_MS = 5 * 60_000;
export const TRAINS_PER_LINE = 10;
/** The city's own time. */
export const TIME_ZONE = "America/Chicago";

/** Between two trains of one direction: the trains share a round trip, whose ends are passed once. */
export function headwayMs(line: Line): number {
  return (2 * (stationsOf(line).length - 1) * RUN_MS) / TRAINS_PER_LINE;
}

/** The stations of a line in the order in which a train of this direction meets them. */
export function stationsAlong(line: Line, direction: Direction): readonly Station[] {
  const stations = stationsOf(line);
  return direction === "b" ? stations : [...stations].reverse();
}

const COMPASS: Readonly<Record<Platform["compass"], readonly [east: number, north: number]>> = {
  N: [0, 1],
  S: [0, -1],
  E: [1, 0],
  W: [-1, 0],
};

/**
 * The platform at which the trains of this direction stop. The network file names by compass which way each platform's
 * trains run. Which direction that is follows from where the stretch of the line leads whose letters are the same two:
 * between two stations a line may bend back.
 *
 * @throws {Error} when the station is not on the line.
 */
export function platformOf(station: Station, line: Line, direction: Direction): Platform {
  const key = `${line}-${direction}-${station.id}`;
  const platform = platforms.get(key) ?? findPlatform(station, line, direction);
  platforms.set(key, platform);
  return platform;
}

const platforms = new Map<string, Platform>();

function findPlatform(station: Station, line: Line, direction: Direction): Platform {
  const { order, platforms: both } = stopOf(station, line);
  const [first, second] = both;
  const stretch = stretchAround(line, order);
  const [from, to] = [stretch.at(-1), stretch[0]];
  // Towards the line's first station.
  const way = [(to?.lon ?? 0) - (from?.lon ?? 0), (to?.lat ?? 0) - (from?.lat ?? 0)] as const;
  const along = ({ compass }: Platform): number =>
    COMPASS[compass][0] * way[0] + COMPASS[compass][1] * way[1];
  return along(first) > along(second) === (direction === "a") ? first : second;
}

/** The stations before and behind whose platforms have the same two letters, in the line's order. */
function stretchAround(line: Line, order: number): readonly Station[] {
  const stations = stationsOf(line);
  const northSouth = (at: number): boolean | null => {
    const station = stations[at];
    return station ? /[NS]/.test(stopOf(station, line).platforms[0].compass) : null;
  };
  let [start, end] = [order, order];
  while (northSouth(start - 1) === northSouth(order)) start--;
  while (northSouth(end + 1) === northSouth(order)) end++;
  return stations.slice(start, end + 1);
}

function stopOf(station: Station, line: Line): LineStop {
  const stop = station.stops.find((each) => each.line === line);
  if (!stop) throw new Error(`${station.name} is not on the ${line} line`);
  return stop;
}
