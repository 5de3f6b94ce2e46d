import type { Tables } from "../tables.ts";

type Anything = Readonly<Record<string, unknown>>;

/**
 * What MobilityData's gtfs-realtime-validator says of feeds that are shown together, as far as these can break its
 * rules: E000 … W009. https://github.com/MobilityData/gtfs-realtime-validator/blob/master/RULES.md
 *
 * @param feeds - decoded.
 * @param now - wall clock, seconds.
 */
export function liveNotices(feeds: readonly Anything[], tables: Tables, now: number): string[] {
  return [
    ...feeds.flatMap((feed) => [...headerNotices(feed, now), ...feedNotices(feed, tables)]),
    ...pairNotices(feeds),
  ];
}

const object = (value: unknown): Anything => (value ?? {}) as Anything;
const list = (value: unknown): readonly Anything[] => (value ?? []) as readonly Anything[];
const when = (condition: boolean, notice: string): string[] => (condition ? [notice] : []);
const entities = (feed: Anything): readonly Anything[] => list(feed["entity"]);

function headerNotices(feed: Anything, now: number): string[] {
  const header = object(feed["header"]);
  const timestamp = Number(header["timestamp"] ?? Number.NaN);
  const inside = entities(feed).flatMap((entity) =>
    ["vehicle", "tripUpdate"].flatMap((kind) => {
      const at = object(entity[kind])["timestamp"];
      return at === undefined ? [] : [Number(at)];
    }),
  );
  return [
    ...when(!(timestamp > 1_000_000_000 && timestamp < 10_000_000_000), "E001 header timestamp is not POSIX"),
    ...when(!["1.0", "2.0"].includes(String(header["gtfsRealtimeVersion"])), "E038 version"),
    ...when(header["incrementality"] !== 0, "E049 incrementality"),
    ...when(timestamp > now + 60, "E050 timestamp in the future"),
    ...when(timestamp < now - 65, "W008 header older than 65 seconds"),
    ...inside.flatMap((at) => when(at > timestamp, `E012 ${at} is newer than the header`)),
  ];
}

function feedNotices(feed: Anything, tables: Tables): string[] {
  const ids = entities(feed).map(({ id }) => String(id));
  return [
    ...when(new Set(ids).size !== ids.length, "E052 an id twice"),
    ...entities(feed).flatMap(({ vehicle, tripUpdate, alert }) => [
      ...(vehicle ? positionNotices(object(vehicle), tables) : []),
      ...(tripUpdate ? updateNotices(object(tripUpdate), tables) : []),
      ...(alert ? alertNotices(object(alert), tables) : []),
    ]),
  ];
}

function tripNotices(value: unknown, tables: Tables): string[] {
  const trip = object(value);
  const id = String(trip["tripId"]);
  const known = tables["trips.txt"]?.find((row) => row["trip_id"] === id);
  const route = tables["routes.txt"]?.some((row) => row["route_id"] === trip["routeId"]);
  return [
    ...when(!known, `E003 trip ${id}`),
    ...when(!route, `E004 route ${trip["routeId"]}`),
    ...when(!trip["startTime"] || !trip["startDate"], `E006 ${id} has no start`),
    ...when(trip["scheduleRelationship"] !== 2, `E013 ${id} is not UNSCHEDULED`),
    ...when(!/^\d\d:\d\d:\d\d$/.test(String(trip["startTime"])), `E020 ${trip["startTime"]}`),
    ...when(!/^\d{8}$/.test(String(trip["startDate"])), `E021 ${trip["startDate"]}`),
    ...when(known !== undefined && known["direction_id"] !== trip["directionId"], `E024 direction of ${id}`),
    ...when(known !== undefined && known["route_id"] !== trip["routeId"], `E035 route of ${id}`),
  ];
}

function stopNotices(stopId: unknown, tables: Tables): string[] {
  const stop = tables["stops.txt"]?.find((row) => String(row["stop_id"]) === stopId);
  return [
    ...when(!stop, `E011 stop ${stopId}`),
    ...when(stop !== undefined && stop["location_type"] !== 0, `E015 ${stopId} is no platform`),
  ];
}

function positionNotices(vehicle: Anything, tables: Tables): string[] {
  const { latitude, longitude } = object(vehicle["position"]) as { latitude: number; longitude: number };
  return [
    ...tripNotices(vehicle["trip"], tables),
    ...stopNotices(vehicle["stopId"], tables),
    ...when(vehicle["timestamp"] === undefined, "W001 no timestamp"),
    ...when(!object(vehicle["vehicle"])["id"], "W002 no vehicle id"),
    // The city lies between these.
    ...when(!(latitude > 41.6 && latitude < 42.1), `E028 latitude ${latitude}`),
    ...when(!(longitude > -88 && longitude < -87.5), `E028 longitude ${longitude}`),
  ];
}

function updateNotices(update: Anything, tables: Tables): string[] {
  const updates = list(update["stopTimeUpdate"]);
  const tripId = object(update["trip"])["tripId"];
  const scheduled = tables["stop_times.txt"]?.filter((row) => row["trip_id"] === tripId) ?? [];
  return [
    ...tripNotices(update["trip"], tables),
    ...when(update["timestamp"] === undefined, "W001 no timestamp"),
    ...when(!object(update["vehicle"])["id"], "W002 no vehicle id"),
    ...when(updates.length === 0, `E041 ${tripId} has no stop`),
    ...updates.flatMap((each, i) => {
      const [sequence, before] = [Number(each["stopSequence"]), updates[i - 1]];
      const time = object(each["arrival"])["time"];
      const noData = each["scheduleRelationship"] === 2;
      const stop = scheduled.find((row) => row["stop_sequence"] === sequence);
      const where = `${tripId} ${sequence}`;
      return [
        ...stopNotices(each["stopId"], tables),
        ...when(!noData && each["scheduleRelationship"] !== 3, `W009 ${where}`),
        ...when(before !== undefined && sequence <= Number(before["stopSequence"]), `E002 ${where}`),
        ...when(
          !noData && before !== undefined && Number(time) <= Number(object(before["arrival"])["time"]),
          `E022 ${where}`,
        ),
        ...when(noData !== (time === undefined), `E042 or E043 ${where}`),
        ...when(stop !== undefined && String(stop["stop_id"]) !== each["stopId"], `E045 ${where}`),
        ...when(scheduled.length > 0 && stop === undefined, `E051 ${where}`),
      ];
    }),
  ];
}

function alertNotices(alert: Anything, tables: Tables): string[] {
  const informed = list(alert["informedEntity"]);
  return [
    ...when(informed.length === 0, "E032 an alert for nothing"),
    ...informed.flatMap((each) => {
      const route = each["routeId"];
      const agency = each["agencyId"];
      return [
        ...when(Object.keys(each).length === 0, "E033 a selector without a field"),
        ...when(
          route !== undefined && !tables["routes.txt"]?.some((row) => row["route_id"] === route),
          `E004 route ${route}`,
        ),
        ...when(
          agency !== undefined && !tables["agency.txt"]?.some((row) => row["agency_id"] === agency),
          `E034 agency ${agency}`,
        ),
        ...(each["stopId"] === undefined ? [] : stopNotices(each["stopId"], tables)),
      ];
    }),
  ];
}

/** The feeds of positions and of trips speak of the same vehicles on the same trips. */
function pairNotices(feeds: readonly Anything[]): string[] {
  const pairs = (kind: string): Map<string, string> =>
    new Map(
      feeds.flatMap(entities).flatMap((entity) => {
        if (!entity[kind]) return [];
        const { trip, vehicle } = entity[kind] as { readonly trip: unknown; readonly vehicle: unknown };
        return [[String(object(vehicle)["id"]), JSON.stringify(trip)] as const];
      }),
    );
  const [positions, updates] = [pairs("vehicle"), pairs("tripUpdate")];
  return [
    ...[...positions.keys()].flatMap((id) => when(!updates.has(id), `W003 ${id}`)),
    ...[...updates].flatMap(([id, trip]) => [
      ...when(!positions.has(id), `W003 ${id}`),
      ...when(positions.has(id) && positions.get(id) !== trip, `E047 ${id}`),
    ]),
  ];
}
