import type { Direction, Line } from "./network/network.ts";
import type { TrainStatus } from "./readings.ts";

/** Value of `org.chicago.cta.arrivals`: exactly these fields. */
export interface ArrivalRecord {
  readonly station_id: number;
  readonly train_id: string;
  readonly direction: Direction;
  readonly line: Line;
  readonly train_status: TrainStatus;
  readonly prev_station_id: number | null;
  readonly prev_direction: Direction | null;
}

/** Value of `org.chicago.cta.turnstiles`: one entry. */
export interface TurnstileRecord {
  readonly station_id: number;
  readonly station_name: string;
  readonly line: Line;
}

export const WEATHER_STATUSES = ["sunny", "partly_cloudy", "cloudy", "windy", "precipitation"] as const;
export type WeatherStatus = (typeof WEATHER_STATUSES)[number];

/** Value of `org.chicago.cta.weather`; temperature in °F. Key: `{timestamp}`, service time in epoch ms. */
export interface WeatherRecord {
  readonly temperature: number;
  readonly status: WeatherStatus;
}

/** Value of `org.chicago.cta.stations.table`; key `{station_id, line}`. */
export interface StationRecord {
  readonly station_id: number;
  readonly station_name: string;
  readonly order: number;
  readonly line: Line;
}

/** One row of PostgreSQL's `stations`, as Connect writes it to `org.chicago.cta.connect.stations` (JSON). */
export interface StationsRow {
  readonly stop_id: number;
  readonly direction_id: string;
  readonly stop_name: string;
  readonly station_name: string;
  readonly station_descriptive_name: string;
  readonly station_id: number;
  readonly order: number;
  readonly red: boolean;
  readonly blue: boolean;
  readonly green: boolean;
}

/** A closed interval of sequence numbers. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** What `dedup` knows of one boot of one device. */
export interface BootState {
  readonly device_id: string;
  readonly boot_id: number;
  /** Accepted, disjoint, ascending; normally one range from 1. */
  readonly ranges: readonly SeqRange[];
  /** Known never to come: dead-lettered, or resolved by an operator. */
  readonly lost: readonly SeqRange[];
  /** Readings seen again and dropped. */
  readonly duplicates: number;
  /** The greatest `total` that a reading of this boot carried. */
  readonly total: number;
}

/** Value of `org.chicago.cta.dedup.state`, key station_id: written in the transaction of the readings it counts. */
export interface DedupState {
  readonly station_id: number;
  readonly boots: readonly BootState[];
  /** Clean records written for this station since the beginning. */
  readonly arrivals: number;
  readonly entries: number;
  /** Service time of the newest reading, epoch ms. */
  readonly service_time: number;
}
