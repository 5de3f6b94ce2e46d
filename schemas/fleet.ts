import { z } from "zod";

/** Bounds of `POST /events`. */
export const FLEET_LIMITS = {
  /** Bytes of one event's body. */
  eventBytes: 64 * 1024,
  /** Events of one `[…]`. */
  batchEvents: 500,
  /** Bytes of a `[…]`. */
  batchBytes: 256 * 1024,
  metadataEntries: 32,
  /** How far a vehicle's clock may be ahead, ms. */
  aheadMs: 5 * 60_000,
  /** Characters of a time: PostgreSQL refuses a fraction of some 150 digits. */
  timeLength: 64,
  /** The widest offset from UTC that PostgreSQL stores, hours and minutes (`MAX_TZDISP_HOUR`). */
  offset: "15:59",
} as const;

/** No vehicle drove before this: a clock that says so was never set. */
const EARLIEST = Date.UTC(2000, 0, 1);

/** PostgreSQL's text holds no NUL, and half a surrogate pair is no character. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !UNSTORABLE.test(value), { error: "holds a NUL or half a character" });

/** ISO 8601 with an offset, as far as a `timestamptz` can hold it: what is taken here must become a row. */
const time = z.iso
  .datetime({
    offset: true,
    error: "give a date, a time with seconds and an offset as 2026-01-31T08:15:00Z or …-06:00",
  })
  .max(FLEET_LIMITS.timeLength, { error: `at most ${FLEET_LIMITS.timeLength} characters` })
  .refine((value) => !(/[+-]/.test(value.at(-6) ?? "") && value.slice(-5) > FLEET_LIMITS.offset), {
    error: `its offset is more than ${FLEET_LIMITS.offset}`,
  })
  .refine((value) => !(Date.parse(value) < EARLIEST), { error: "is before the year 2000" });

const exactNumber = z
  .number()
  .refine((n) => Math.abs(n) <= Number.MAX_SAFE_INTEGER, { error: "is beyond 2^53 and would be rounded" });

const metadata = z
  .custom<unknown>(
    (value) => !(typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")),
    {
      // A record would leave it out without a word.
      error: "an entry cannot be called __proto__",
    },
  )
  .pipe(z.record(text(64), z.union([text(1024), exactNumber, z.boolean(), z.null()])))
  .refine((value) => Object.keys(value).length <= FLEET_LIMITS.metadataEntries, {
    error: `at most ${FLEET_LIMITS.metadataEntries} entries`,
  });

/**
 * What a vehicle says of one moment.
 *
 * `(vehicle_id, boot, sequence)` is its identity: sent twice, it is kept once. `sequence` counts from 1 in each boot; a
 * vehicle that goes on counting over its restarts leaves `boot` out.
 */
const fleetEvent = z.strictObject({
  vehicle_id: text(64).regex(/^[\w.:-]+$/, { error: "letters, digits and . _ : - only" }),
  boot: z.number().int().min(0).default(0),
  sequence: z.number().int().min(1),
  time,
  /** WGS 84, degrees. */
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  /** km/h. */
  speed: z.number().min(0).max(500),
  /** Degrees clockwise from north. */
  heading: z.number().min(0).lt(360),
  /** Per cent. */
  battery: z.number().min(0).max(100),
  metadata: metadata.default({}),
});

export type FleetEvent = z.output<typeof fleetEvent>;

/** Value of `fleet.telemetry`, as JSON: the event, and when the gateway took it (ISO 8601, UTC). */
const fleetRecord = fleetEvent.extend({ received: z.iso.datetime() });

export type FleetRecord = z.output<typeof fleetRecord>;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

/**
 * Is this an event that can be taken?
 *
 * @param now - the taker's clock, epoch ms.
 */
export function checkFleetEvent(value: unknown, now: number): Checked<FleetEvent> {
  const checked = check(fleetEvent, value);
  if (checked.ok && Date.parse(checked.value.time) > now + FLEET_LIMITS.aheadMs) {
    return { ok: false, problem: `time: is ahead by more than ${FLEET_LIMITS.aheadMs / 60_000} minutes` };
  }
  return checked;
}

/** Is this what a taker wrote? */
export function checkFleetRecord(value: unknown): Checked<FleetRecord> {
  return check(fleetRecord, value);
}

function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.map(({ path, message }) => {
    const where = path.map(String).join(".");
    return where === "" ? message : `${where}: ${message}`;
  });
  return { ok: false, problem: problems.slice(0, 10).join("; ") };
}

/** Answer of `GET /events` to a client that asks for JSON. */
export interface FleetEventsAnswer {
  readonly message: string;
  /** Events in Kafka over all instances, resent ones included; null: not known yet. */
  readonly events: number | null;
  /** Of this instance since its start. */
  readonly accepted: number;
}

/** Answer of `POST /events` when something is wrong. */
export interface FleetRefusal {
  readonly error: string;
  /** Of a `[…]`: which events are at fault. Nothing of it was taken. */
  readonly events?: readonly { readonly index: number; readonly problem: string }[];
}
