import type { GtfsRow } from "../csv.ts";
import { distanceKm } from "../distance.ts";
import type { Tables } from "../tables.ts";

/**
 * What MobilityData's gtfs-validator says of a feed, as far as this one has the files. Errors and warnings alike: each
 * by its name there, with what it is about. https://gtfs-validator.mobilitydata.org/rules.html
 */
export function staticNotices(tables: Tables, now: string): string[] {
  return [
    ...keys(tables),
    ...foreignKeys(tables),
    ...required(tables),
    ...stops(tables),
    ...routes(tables),
    ...stopTimes(tables),
    ...frequencies(tables),
    ...dates(tables, now),
  ];
}

const rowsOf = (tables: Tables, file: string): readonly GtfsRow[] => tables[file] ?? [];

function keys(tables: Tables): string[] {
  const primary: Readonly<Record<string, readonly string[]>> = {
    "agency.txt": ["agency_id"],
    "calendar.txt": ["service_id"],
    "routes.txt": ["route_id"],
    "stops.txt": ["stop_id"],
    "trips.txt": ["trip_id"],
    "stop_times.txt": ["trip_id", "stop_sequence"],
    "frequencies.txt": ["trip_id", "start_time"],
    "shapes.txt": ["shape_id", "shape_pt_sequence"],
  };
  return Object.entries(primary).flatMap(([file, names]) => {
    const seen = rowsOf(tables, file).map((row) => names.map((name) => row[name]).join("/"));
    const missing = seen.length === 0 ? [`missing_required_file ${file}`] : [];
    return [...missing, ...twice(seen).map((key) => `duplicate_key ${file} ${key}`)];
  });
}

function twice(values: readonly string[]): string[] {
  return values.filter((value, i) => values.indexOf(value) !== i);
}

function foreignKeys(tables: Tables): string[] {
  const references = [
    ["routes.txt", "agency_id", "agency.txt", "agency_id"],
    ["trips.txt", "route_id", "routes.txt", "route_id"],
    ["trips.txt", "service_id", "calendar.txt", "service_id"],
    ["trips.txt", "shape_id", "shapes.txt", "shape_id"],
    ["stop_times.txt", "trip_id", "trips.txt", "trip_id"],
    ["stop_times.txt", "stop_id", "stops.txt", "stop_id"],
    ["stops.txt", "parent_station", "stops.txt", "stop_id"],
    ["frequencies.txt", "trip_id", "trips.txt", "trip_id"],
  ] as const;
  const violated = references.flatMap(([file, field, target, key]) => {
    const there = new Set(rowsOf(tables, target).map((row) => String(row[key])));
    return rowsOf(tables, file).flatMap((row) =>
      row[field] === null || there.has(String(row[field]))
        ? []
        : [`foreign_key_violation ${file} ${field} ${row[field]}`],
    );
  });
  const used = (file: string, field: string) =>
    new Set(rowsOf(tables, file).map((row) => String(row[field])));
  const served = used("stop_times.txt", "stop_id");
  const unused = rowsOf(tables, "stops.txt")
    .filter((stop) => stop["location_type"] === 0 && !served.has(String(stop["stop_id"])))
    .map((stop) => `stop_without_stop_time ${stop["stop_id"]}`);
  const drawn = used("trips.txt", "shape_id");
  const shapes = [...used("shapes.txt", "shape_id")].filter((id) => !drawn.has(id));
  return [...violated, ...unused, ...shapes.map((id) => `unused_shape ${id}`)];
}

function required(tables: Tables): string[] {
  const fields: Readonly<Record<string, readonly string[]>> = {
    "agency.txt": ["agency_name", "agency_url", "agency_timezone"],
    "feed_info.txt": [
      "feed_publisher_name",
      "feed_publisher_url",
      "feed_lang",
      "feed_version",
      "feed_contact_url",
    ],
    "stops.txt": ["stop_name", "stop_lat", "stop_lon"],
    "routes.txt": ["route_long_name", "route_type"],
    "stop_times.txt": ["arrival_time", "departure_time", "timepoint"],
  };
  return Object.entries(fields).flatMap(([file, names]) =>
    rowsOf(tables, file).flatMap((row) =>
      names
        .filter((name) => (row[name] ?? null) === null)
        .map((name) => `missing_required_field ${file} ${name}`),
    ),
  );
}

function stops(tables: Tables): string[] {
  const all = rowsOf(tables, "stops.txt");
  const types = new Map(all.map((stop) => [String(stop["stop_id"]), stop["location_type"]]));
  const parents = new Set(all.map((stop) => String(stop["parent_station"])));
  return all.flatMap((stop) => {
    const parent = stop["parent_station"] ?? null;
    const id = String(stop["stop_id"]);
    if (stop["location_type"] === 1) {
      return [
        ...(parent === null ? [] : [`station_with_parent_station ${id}`]),
        ...(parents.has(id) ? [] : [`unused_parent_station ${id}`]),
      ];
    }
    return types.get(String(parent)) === 1 ? [] : [`wrong_parent_location_type ${id}`];
  });
}

function routes(tables: Tables): string[] {
  return rowsOf(tables, "routes.txt").flatMap((route) => {
    const [ground, text] = [String(route["route_color"]), String(route["route_text_color"])];
    return contrast(ground, text) < 4.5 ? [`route_color_contrast ${route["route_id"]}`] : [];
  });
}

/** WCAG 2.2's contrast ratio of two colours, as hexadecimal digits. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
      const channel = Number.parseInt(colour.slice(2 * i, 2 * i + 2), 16) / 255;
      return sum + weight * (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
    }, 0.05);
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return light / dark;
}

function secondsOf(time: unknown): number {
  const [hours = 0, minutes = 0, seconds = 0] = String(time).split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

/** A metro that is faster than this between two stops is a mistake (the validator's own figure), km/h. */
const FAST_KM_H = 150;

function stopTimes(tables: Tables): string[] {
  const places = new Map(
    rowsOf(tables, "stops.txt").map((stop) => [
      String(stop["stop_id"]),
      { lat: Number(stop["stop_lat"]), lon: Number(stop["stop_lon"]) },
    ]),
  );
  return rowsOf(tables, "trips.txt").flatMap((trip) => {
    const times = rowsOf(tables, "stop_times.txt").filter((row) => row["trip_id"] === trip["trip_id"]);
    if (times.length < 2) return [`unusable_trip ${trip["trip_id"]}`];
    return times.slice(1).flatMap((row, i) => {
      const before = times[i];
      const [from, to] = [before, row].map((each) => places.get(String(each?.["stop_id"])));
      const hours = (secondsOf(row["arrival_time"]) - secondsOf(before?.["departure_time"])) / 3600;
      const where = `${row["trip_id"]} ${row["stop_sequence"]}`;
      return [
        ...(hours > 0 ? [] : [`stop_time_with_arrival_before_previous_departure_time ${where}`]),
        ...(from && to && hours > 0 && distanceKm(from, to) / hours > FAST_KM_H
          ? [`fast_travel_between_consecutive_stops ${where}`]
          : []),
        ...(Number(row["shape_dist_traveled"]) > Number(before?.["shape_dist_traveled"])
          ? []
          : [`decreasing_or_equal_stop_time_distance ${where}`]),
      ];
    });
  });
}

function frequencies(tables: Tables): string[] {
  return rowsOf(tables, "frequencies.txt").flatMap((row) => [
    ...(secondsOf(row["start_time"]) < secondsOf(row["end_time"])
      ? []
      : [`start_and_end_range_out_of_order ${row["trip_id"]}`]),
    ...(Number(row["headway_secs"]) > 0 ? [] : [`number_out_of_range ${row["trip_id"]}`]),
  ]);
}

/** @param now - YYYYMMDD. */
function dates(tables: Tables, now: string): string[] {
  return [...rowsOf(tables, "calendar.txt"), ...rowsOf(tables, "feed_info.txt")].flatMap((row) => {
    const start = String(row["start_date"] ?? row["feed_start_date"]);
    const end = String(row["end_date"] ?? row["feed_end_date"]);
    return [
      ...(start <= now ? [] : [`feed_not_begun ${start}`]),
      // As numbers, a month is a hundred: more than 30 days.
      ...(Number(end) - Number(now) > 100 ? [] : [`feed_expiration_date30_days ${end}`]),
    ];
  });
}
