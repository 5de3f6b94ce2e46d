/**
 * The auditor's own reading of a vehicle's event. It shares no code with the ingest, the writer or the page: it takes
 * what it needs to find the event's row, and judges nothing else.
 */
export interface FleetEventSeen {
  readonly offset: number;
  /** The record's bytes; null: it has none, or they cannot be read. */
  readonly value: Buffer | null;
  /** null: the record names no event, so it can only be a dead letter. */
  readonly event: AuditedEvent | null;
}

export interface AuditedEvent {
  readonly vehicle: string;
  readonly boot: number;
  readonly sequence: number;
  readonly content: EventContent;
}

/** What an event says besides its identity. */
export interface EventContent {
  /** Of the vehicle's clock, microseconds since 1970: PostgreSQL keeps no more. NaN: it is no time. */
  readonly micros: number;
  readonly lat: number;
  readonly lon: number;
  readonly speed: number;
  readonly heading: number;
  readonly battery: number;
  /** As JSON with its keys in order. */
  readonly metadata: string;
}

const FRACTION = /\.(\d+)/;

/** Read a record's value. */
export function eventIn(value: Buffer | null): AuditedEvent | null {
  const json = objectIn(value);
  if (!json) return null;
  const { vehicle_id: vehicle, boot, sequence, time, metadata } = json;
  if (typeof vehicle !== "string" || !isCount(boot) || !isCount(sequence)) return null;
  const number = (name: string): number => (typeof json[name] === "number" ? json[name] : Number.NaN);
  return {
    vehicle,
    boot,
    sequence,
    content: {
      micros: typeof time === "string" ? microsOf(time) : Number.NaN,
      lat: number("lat"),
      lon: number("lon"),
      speed: number("speed"),
      heading: number("heading"),
      battery: number("battery"),
      metadata: canonical(metadata),
    },
  };
}

/** The names of what differs. PostgreSQL rounds a time to the nearest microsecond: the last one may differ by one. */
export function differing(a: EventContent, b: EventContent): readonly string[] {
  const names = Object.keys(a) as (keyof EventContent)[];
  return names
    .filter((name) => (name === "micros" ? Math.abs(a.micros - b.micros) > 1 : a[name] !== b[name]))
    .map((name) => (name === "micros" ? "time" : name));
}

/** JSON with the keys of objects in order, so that the order in which they were sent says nothing. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  );
}

function microsOf(text: string): number {
  const fraction = FRACTION.exec(text)?.[1] ?? "";
  return Date.parse(text.replace(FRACTION, "")) * 1_000 + Math.round(Number(`0.${fraction || 0}`) * 1e6);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function objectIn(value: Buffer | null): Record<string, unknown> | null {
  if (!value) return null;
  try {
    const json: unknown = JSON.parse(value.toString("utf8"));
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
