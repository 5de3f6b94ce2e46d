import { NETWORK_ROWS, type NetworkRow } from "./rows.ts";

export const LINES = ["red", "blue", "green"] as const;
export type Line = (typeof LINES)[number];

/** `a` runs towards order 0, `b` away from it. */
export const DIRECTIONS = ["a", "b"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface Platform {
  readonly stopId: number;
  readonly compass: "N" | "S" | "E" | "W";
}

/** A station's place on one line. */
export interface LineStop {
  readonly line: Line;
  /** From 0, along the line. Belongs to (station, line): a station on two lines has two. */
  readonly order: number;
  readonly platforms: readonly [Platform, Platform];
}

export interface Station {
  readonly id: number;
  /** Not unique: 15 names belong to two different stations. */
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly stepFree: boolean;
  /** One or two places on the three lines, in the order of `LINES`. */
  readonly stops: readonly LineStop[];
  /** Average entries per day of the whole station, all its lines together. */
  readonly entries: { readonly weekday: number; readonly saturday: number; readonly sunday: number };
}

/** Stations, and where each of them is found by its id. */
export interface StationNetwork {
  /** In the order of the rows that they were made of. */
  readonly stations: readonly Station[];
  stationById(id: number): Station | undefined;
}

/** The network of these rows; those on none of the three lines are left out. */
export function networkOf(rows: readonly NetworkRow[]): StationNetwork {
  const byId = new Map<number, Station & { stops: LineStop[] }>();
  for (const [line, order, id, name, lat, lon, stepFree, stop1, dir1, stop2, dir2, wd, sa, su] of rows) {
    if (line === null) continue;
    const stop: LineStop = {
      line,
      order,
      platforms: [
        { stopId: stop1, compass: dir1 },
        { stopId: stop2, compass: dir2 },
      ],
    };
    const known = byId.get(id);
    if (known) {
      known.stops.push(stop);
      continue;
    }
    const entries = { weekday: wd ?? 0, saturday: sa ?? 0, sunday: su ?? 0 };
    byId.set(id, { id, name, lat, lon, stepFree: stepFree === 1, stops: [stop], entries });
  }
  return { stations: [...byId.values()], stationById: (id) => byId.get(id) };
}

/** Chicago's three lines: the network wherever no other one is given. */
export const CHICAGO: StationNetwork = networkOf(NETWORK_ROWS);

/** The 92 stations of the three lines, in the order of the network file. */
export const STATIONS: readonly Station[] = CHICAGO.stations;

/** The station of this id on the three lines, if there is one. */
export function stationById(id: number): Station | undefined {
  return CHICAGO.stationById(id);
}

/** The stations of a line in its order: index = order. */
export function stationsOf(line: Line): readonly Station[] {
  return STATIONS.flatMap((station) => {
    const stop = station.stops.find((s) => s.line === line);
    return stop ? [{ station, order: stop.order }] : [];
  })
    .sort((x, y) => x.order - y.order)
    .map((x) => x.station);
}

export function isLine(text: string): text is Line {
  return (LINES as readonly string[]).includes(text);
}
