import {
  DIRECTIONS,
  type Direction,
  type Line,
  type Station,
  stationsOf,
} from "../../../../schemas/network/network.ts";
import {
  headwayMs,
  platformOf,
  RUN_MS,
  stationsAlong,
  TIME_ZONE,
} from "../../../../schemas/network/service.ts";
import type { GtfsRow } from "./csv.ts";
import { cityTime, clockOf } from "./dates.ts";
import { distances } from "./distance.ts";
import { AGENCY_ID, directionIdOf, lineName, tripIdOf } from "./names.ts";

/** The static feed, by name of its file. */
export type Tables = Readonly<Record<string, readonly GtfsRow[]>>;

const SERVICE_ID = "daily";
/** Nothing is at this address; a feed must name one. */
const URL = "https://example.org/elevated";
const COLOURS: Readonly<Record<Line, { readonly ground: string; readonly text: string }>> = {
  red: { ground: "C60C30", text: "FFFFFF" },
  blue: { ground: "00A1DE", text: "000000" },
  green: { ground: "009B3A", text: "000000" },
};
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/**
 * The tables of the GTFS reference, made of the network and the timetable. Run times are minutes of the service clock.
 *
 * @param lines - those that run.
 * @param now - wall clock, epoch ms: the calendar begins with its month, and lasts a year.
 */
export function tables(lines: readonly Line[], now: number): Tables {
  const first = cityTime(now).date.slice(0, 6);
  const [start, end] = [`${first}01`, `${Number(first.slice(0, 4)) + 1}${first.slice(4)}01`];
  const trips = lines.flatMap((line) => DIRECTIONS.map((direction) => ({ line, direction })));
  return {
    "agency.txt": [
      {
        agency_id: AGENCY_ID,
        agency_name: "Elevated, an emulated service",
        agency_url: URL,
        agency_timezone: TIME_ZONE,
        agency_lang: "en",
      },
    ],
    "feed_info.txt": [
      {
        feed_publisher_name: "Elevated: emulated service, no real trains",
        feed_publisher_url: URL,
        feed_lang: "en",
        feed_start_date: start,
        feed_end_date: end,
        feed_version: `emulated-${first}`,
        feed_contact_url: URL,
      },
    ],
    "calendar.txt": [
      {
        service_id: SERVICE_ID,
        ...Object.fromEntries(DAYS.map((day) => [day, 1])),
        start_date: start,
        end_date: end,
      },
    ],
    "routes.txt": lines.map(routeRow),
    "stops.txt": stopRows(lines),
    "trips.txt": trips.map(tripRow),
    "stop_times.txt": trips.flatMap(stopTimeRows),
    "frequencies.txt": trips.map(({ line, direction }) => ({
      trip_id: tripIdOf(line, direction),
      start_time: "00:00:00",
      end_time: "24:00:00",
      headway_secs: headwayMs(line) / 1000,
      exact_times: 0,
    })),
    "shapes.txt": trips.flatMap(shapeRows),
  };
}

interface TripOf {
  readonly line: Line;
  readonly direction: Direction;
}

function routeRow(line: Line): GtfsRow {
  return {
    route_id: line,
    agency_id: AGENCY_ID,
    route_long_name: lineName(line),
    route_type: 1,
    route_color: COLOURS[line].ground,
    route_text_color: COLOURS[line].text,
  };
}

function tripRow({ line, direction }: TripOf): GtfsRow {
  return {
    route_id: line,
    service_id: SERVICE_ID,
    trip_id: tripIdOf(line, direction),
    trip_headsign: stationsAlong(line, direction).at(-1)?.name ?? null,
    direction_id: directionIdOf(direction),
    shape_id: tripIdOf(line, direction),
  };
}

/** Each station, and below it one platform per line and direction. */
function stopRows(lines: readonly Line[]): GtfsRow[] {
  const stations = new Map(lines.flatMap((line) => stationsOf(line).map((each) => [each.id, each] as const)));
  return [...stations.values()].flatMap((station) => {
    const stops = station.stops.filter(({ line }) => lines.includes(line));
    const platforms = stops.flatMap(({ line }) =>
      DIRECTIONS.map((direction) => platformOf(station, line, direction)),
    );
    return [
      stopRow(station, { stop_id: station.id, location_type: 1, parent_station: null }),
      ...platforms.map(({ stopId }) =>
        stopRow(station, { stop_id: stopId, location_type: 0, parent_station: station.id }),
      ),
    ];
  });
}

function stopRow({ name, lat, lon, stepFree }: Station, { stop_id, ...rest }: GtfsRow): GtfsRow {
  return {
    stop_id: stop_id ?? null,
    stop_name: name,
    stop_lat: lat,
    stop_lon: lon,
    ...rest,
    wheelchair_boarding: stepFree ? 1 : 2,
  };
}

function stopTimeRows({ line, direction }: TripOf): GtfsRow[] {
  const stations = stationsAlong(line, direction);
  const travelled = distances(stations);
  return stations.map((station, i) => ({
    trip_id: tripIdOf(line, direction),
    arrival_time: clockOf(i * RUN_MS),
    departure_time: clockOf(i * RUN_MS),
    stop_id: platformOf(station, line, direction).stopId,
    stop_sequence: i + 1,
    shape_dist_traveled: travelled[i] ?? null,
    timepoint: 0,
  }));
}

function shapeRows({ line, direction }: TripOf): GtfsRow[] {
  const stations = stationsAlong(line, direction);
  const travelled = distances(stations);
  return stations.map(({ lat, lon }, i) => ({
    shape_id: tripIdOf(line, direction),
    shape_pt_lat: lat,
    shape_pt_lon: lon,
    shape_pt_sequence: i + 1,
    shape_dist_traveled: travelled[i] ?? null,
  }));
}
