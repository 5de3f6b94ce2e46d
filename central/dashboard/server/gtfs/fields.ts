/** How a field's value is written; a table of words is an enumeration, a table of fields a message. */
export type FieldKind =
  | "string"
  | "float"
  | "varint"
  | { readonly words: Readonly<Record<string, number>> }
  | { readonly message: Fields };

/** A field's number in gtfs-realtime.proto. */
export interface Field {
  readonly number: number;
  readonly kind: FieldKind;
}
export type Fields = Readonly<Record<string, Field>>;

const field = (number: number, kind: FieldKind): Field => ({ number, kind });
const words = (number: number, table: Readonly<Record<string, number>>): Field =>
  field(number, { words: table });
const message = (number: number, fields: Fields): Field => field(number, { message: fields });

const TRIP: Fields = {
  tripId: field(1, "string"),
  startTime: field(2, "string"),
  startDate: field(3, "string"),
  scheduleRelationship: words(4, { UNSCHEDULED: 2 }),
  routeId: field(5, "string"),
  directionId: field(6, "varint"),
};
const VEHICLE: Fields = { id: field(1, "string"), label: field(2, "string") };
const STOP_TIME_UPDATE: Fields = {
  stopSequence: field(1, "varint"),
  arrival: message(2, { time: field(2, "varint") }),
  stopId: field(4, "string"),
  scheduleRelationship: words(5, { NO_DATA: 2, UNSCHEDULED: 3 }),
};
const TRIP_UPDATE: Fields = {
  trip: message(1, TRIP),
  stopTimeUpdate: message(2, STOP_TIME_UPDATE),
  vehicle: message(3, VEHICLE),
  timestamp: field(4, "varint"),
};
const VEHICLE_POSITION: Fields = {
  trip: message(1, TRIP),
  position: message(2, { latitude: field(1, "float"), longitude: field(2, "float") }),
  currentStopSequence: field(3, "varint"),
  currentStatus: words(4, { STOPPED_AT: 1 }),
  timestamp: field(5, "varint"),
  stopId: field(7, "string"),
  vehicle: message(8, VEHICLE),
};
const TRANSLATED: Fields = {
  translation: message(1, { text: field(1, "string"), language: field(2, "string") }),
};
const ALERT: Fields = {
  activePeriod: message(1, { start: field(1, "varint") }),
  informedEntity: message(5, {
    agencyId: field(1, "string"),
    routeId: field(2, "string"),
    stopId: field(5, "string"),
    directionId: field(6, "varint"),
  }),
  cause: words(6, { TECHNICAL_PROBLEM: 3 }),
  effect: words(7, { SIGNIFICANT_DELAYS: 3, UNKNOWN_EFFECT: 8 }),
  headerText: message(10, TRANSLATED),
  descriptionText: message(11, TRANSLATED),
};

export const FEED_MESSAGE: Fields = {
  header: message(1, {
    gtfsRealtimeVersion: field(1, "string"),
    incrementality: words(2, { FULL_DATASET: 0 }),
    timestamp: field(3, "varint"),
  }),
  entity: message(2, {
    id: field(1, "string"),
    tripUpdate: message(3, TRIP_UPDATE),
    vehicle: message(4, VEHICLE_POSITION),
    alert: message(5, ALERT),
  }),
};
