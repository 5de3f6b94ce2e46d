import type { DeviceKind } from "../network/devices.ts";
import type { Direction, Line } from "../network/network.ts";
import type { TrainStatus } from "../readings.ts";
import type { WeatherStatus } from "../records.ts";
import type { DeviceHealth } from "../states.ts";
import type { FleetView, VehicleView } from "./fleet.ts";
import type { IncidentView } from "./incidents.ts";
import type { ProofView } from "./proof.ts";

/**
 * What server and page say to each other over Socket.IO: one snapshot, then deltas.
 *
 * Every value is absolute, so applying a delta twice changes nothing. All times are epoch milliseconds: `at` and
 * `since` of the wall clock, `service` of the service clock. null means "no data" and is never drawn as zero.
 */

export interface StationView {
  readonly id: number;
  readonly name: string;
  /** One or two places on the lines. */
  readonly stops: readonly { readonly line: Line; readonly order: number }[];
  /** WGS 84 degrees; null for a station the network file does not know. */
  readonly lat: number | null;
  readonly lon: number | null;
}

export interface TrainView {
  readonly id: string;
  readonly line: Line;
  readonly direction: Direction;
  /** Where it was seen last. */
  readonly stationId: number;
  readonly status: TrainStatus;
  /** When it was seen there, by the sensor's wall clock. */
  readonly at: number;
  /** When its trip began at an end of its line, as far as that is known, wall ms. */
  readonly startedAt: number;
  /** How long this line's trains usually take from one stop to the next, wall ms. */
  readonly stepMs: number;
  /** Not heard of for longer than its line's trains usually are. */
  readonly stale: boolean;
}

export interface DeviceView {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly stationId: number;
  /** null for a turnstile: it belongs to the whole station. */
  readonly line: Line | null;
  readonly state: DeviceHealth;
  readonly reason: string;
  readonly since: number;
  /** Readings known to wait in it or its agent. null: not known, or no more than a line has in flight anyhow. */
  readonly waiting: number | null;
}

export interface WeatherView {
  readonly temperature: number;
  readonly status: WeatherStatus;
  /** Service clock; null when the record's key told none. */
  readonly service: number | null;
}

/** A service clock that was heard this long ago still goes on, wall ms; beyond, its simulation may have stopped. */
export const CLOCK_TRUST_MS = 10_000;

/** service(t) = service + (t − at) · speed, for at most `CLOCK_TRUST_MS`: what was not heard for longer may stand. */
export interface ClockView {
  readonly service: number;
  readonly at: number;
  /** Service milliseconds per wall millisecond; null until two readings told. */
  readonly speed: number | null;
}

/** serial: device to agent; mqtt: to the gateway; kafka: to the clean topics; ksql: to the sums that are shown. */
export const HOPS = ["serial", "mqtt", "kafka", "ksql"] as const;
export type HopName = (typeof HOPS)[number];

/** One hop of the last seconds. */
export interface HopView {
  readonly name: HopName;
  /** Entries per second that pass it; null: not known yet. */
  readonly rate: number | null;
  /** Delay, ms. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** Entries that wait before this hop. */
  readonly waiting: number | null;
  /** null: the figures are the present's. Otherwise nothing has come through, or is known, since then. */
  readonly stillSince: number | null;
}

/** A part of the system that is starting or running, as the supervisor says. */
export interface PartView {
  readonly name: string;
  readonly state: string;
  /** How long it took to become ready. */
  readonly ms: number | null;
  /** How often it was started again; null: not known. */
  readonly restarts: number | null;
  /** Why it does not run, as its supervisor says; null: nothing is said. */
  readonly reason: string | null;
}

/** Sections that change key by key. */
export interface PageTables {
  readonly stations: Readonly<Record<string, StationView>>;
  /** Entries per station id, from TURNSTILE_SUMMARY. A station without a key has no data. */
  readonly entries: Readonly<Record<string, number>>;
  readonly trains: Readonly<Record<string, TrainView>>;
  readonly devices: Readonly<Record<string, DeviceView>>;
  readonly vehicles: Readonly<Record<string, VehicleView>>;
  /** By id: those that go on, and the newest of the others. `GET /incidents` has all. */
  readonly incidents: Readonly<Record<string, IncidentView>>;
}

/** An agent that asked to speak for a station while another one did, and was refused. */
export interface SecondAgentView {
  readonly stationId: number;
  /** Where it connects from, and where the one connects from that speaks for the station: `host:port`. */
  readonly address: string;
  readonly holder: string;
  readonly attempts: number;
  readonly since: number;
}

/** Sections that change as a whole. */
export interface PageFacts {
  readonly weather: WeatherView | null;
  readonly clock: ClockView | null;
  readonly hops: readonly HopView[];
  readonly proof: ProofView | null;
  readonly fleet: FleetView;
  readonly parts: readonly PartView[];
  /** Since when nothing comes from Kafka: all that is shown is as of then; null: it comes. */
  readonly silentSince: number | null;
  /** Those that asked a short while ago. */
  readonly secondAgents: readonly SecondAgentView[];
  /** Has the server read everything that was in its topics when it started? */
  readonly live: boolean;
}

export interface PageState extends PageTables, PageFacts {}

export interface Snapshot {
  /** The server process: versions of another one mean nothing here. */
  readonly instance: string;
  readonly version: number;
  /** The server's wall clock, so that the page can measure ages. */
  readonly now: number;
  readonly state: PageState;
}

export interface Delta {
  /** The version this applies to; any other asks for a snapshot. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** New values by key. */
  readonly set: { readonly [T in keyof PageTables]?: PageTables[T] };
  /** Keys that are no more. */
  readonly gone: { readonly [T in keyof PageTables]?: readonly string[] };
  readonly facts: Partial<PageFacts>;
}

/** What a page has drawn: the sum of its stations' entries, read back from the document. */
export interface Shown {
  readonly version: number;
  /** null: no station has data yet. */
  readonly entries: number | null;
}

export interface ServerEvents {
  snapshot: (snapshot: Snapshot) => void;
  delta: (delta: Delta) => void;
}

export interface PageEvents {
  shown: (shown: Shown) => void;
  /** "I missed something": the server answers with a snapshot. */
  resync: () => void;
}
