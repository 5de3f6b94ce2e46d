import type { Random } from "../../infra/runtime/random.ts";

/** driving: under way; stopped: at a stop or a light; charging: at a depot until it is full. */
export type VehicleMode = "driving" | "stopped" | "charging";

/** A vehicle at one moment. */
export interface VehicleState {
  readonly mode: VehicleMode;
  /** WGS 84, degrees. */
  readonly lat: number;
  readonly lon: number;
  /** km/h. */
  readonly speed: number;
  /** Degrees clockwise from north, [0, 360). */
  readonly heading: number;
  /** Per cent. */
  readonly battery: number;
  /** Of this mode, ms; charging ends when the battery is full. */
  readonly remainingMs: number;
}

/** Chicago's streets, west of the lake. */
const CITY = { south: 41.7, north: 42.0, west: -87.8, east: -87.64 } as const;
const CENTRE = { lat: (CITY.south + CITY.north) / 2, lon: (CITY.west + CITY.east) / 2 } as const;
const KM_PER_DEGREE = 111.2;
const KM_PER_DEGREE_EAST = KM_PER_DEGREE * Math.cos((CENTRE.lat * Math.PI) / 180);
/** Per cent: an hour and a quarter of charging for some 250 km. */
const PER_KM = 0.4;
const PER_HOUR = 80;
const LOW = 15;

/** Somewhere in the city, about to leave. */
export function parkedVehicle(random: Random): VehicleState {
  return {
    mode: "stopped",
    lat: CITY.south + random() * (CITY.north - CITY.south),
    lon: CITY.west + random() * (CITY.east - CITY.west),
    speed: 0,
    heading: Math.floor(random() * 4) * 90,
    battery: 40 + random() * 60,
    remainingMs: random() * 10_000,
  };
}

/** The same vehicle `ms` later: first it moves as it was, then it decides what to do next. */
export function step(state: VehicleState, ms: number, random: Random): VehicleState {
  return next(moved(state, ms), random);
}

function moved(state: VehicleState, ms: number): VehicleState {
  const remainingMs = Math.max(0, state.remainingMs - ms);
  const hours = ms / 3_600_000;
  if (state.mode === "charging") {
    return { ...state, remainingMs, battery: Math.min(100, state.battery + PER_HOUR * hours) };
  }
  const km = state.speed * hours;
  const angle = (state.heading * Math.PI) / 180;
  return {
    ...state,
    remainingMs,
    lat: state.lat + (Math.cos(angle) * km) / KM_PER_DEGREE,
    lon: state.lon + (Math.sin(angle) * km) / KM_PER_DEGREE_EAST,
    battery: Math.max(0, state.battery - PER_KM * km),
  };
}

function next(state: VehicleState, random: Random): VehicleState {
  const { mode } = state;
  if (mode === "charging") {
    return state.battery < 100 ? state : { ...state, mode: "stopped", remainingMs: 0 };
  }
  if (state.battery < LOW) return { ...state, mode: "charging", speed: 0, remainingMs: 0 };
  if (state.remainingMs > 0) return state;
  if (mode === "driving" && random() < 0.4) {
    return { ...state, mode: "stopped", speed: 0, remainingMs: 5_000 + random() * 25_000 };
  }
  return {
    ...state,
    mode: "driving",
    heading: headingFrom(state, random),
    speed: 15 + random() * 40,
    remainingMs: 10_000 + random() * 60_000,
  };
}

/** At a crossing: mostly straight on, sometimes left or right; outside the city back towards it. */
function headingFrom({ lat, lon, heading }: VehicleState, random: Random): number {
  if (lat < CITY.south) return 0;
  if (lat > CITY.north) return 180;
  if (lon < CITY.west) return 90;
  if (lon > CITY.east) return 270;
  const turn = random();
  if (turn < 0.6) return heading;
  return (heading + (turn < 0.8 ? 90 : 270)) % 360;
}
