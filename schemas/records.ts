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

/** What the boots of a device come to that are no longer in its station's own record. */
export interface OlderBoots {
  readonly device_id: string;
  readonly boots: number;
  readonly accepted: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Events that a full ring refused: of each boot its greatest total less its greatest number. */
  readonly refused: number;
  /** Ids of boots of which no more than these sums is kept, by the pages that they were in; ascending. */
  readonly closed: readonly SeqRange[];
}

/**
 * Value of `org.chicago.cta.dedup.state`, written in the transaction of the readings it counts. What may be missing was
 * not known to an older version.
 *
 * Key station_id: what is counted of the station, with the recent boots of each device. Older boots are in pages, under
 * keys of nine digits, exact to the reading; of the oldest only sums are left.
 */
export interface DedupState {
  readonly station_id: number;
  /** 0: the station's own record. n: a page, which holds older boots and nothing else. */
  readonly page?: number;
  readonly boots: readonly BootState[];
  /** Of the boots that are not in this record. */
  readonly older?: readonly OlderBoots[];
  /** The number of the page that is filled next. */
  readonly next_page?: number;
  /** Clean records written for this station since the beginning. */
  readonly arrivals: number;
  readonly entries: number;
  /** Service time of the newest reading, epoch ms. */
  readonly service_time: number;
}
