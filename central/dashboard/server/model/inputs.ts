import type { FleetRecord } from "../../../../schemas/fleet.ts";
import type { Line } from "../../../../schemas/network/network.ts";
import type { ArrivalRecord, DedupState, StationRecord, WeatherRecord } from "../../../../schemas/records.ts";
import type { AnyState, SessionState } from "../../../../schemas/states.ts";
import type { HopTimes } from "../../../../schemas/topics.ts";

/** Where a record is in its topic, and what its headers say of it; left out: not known. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Timestamp, wall epoch ms. */
  readonly at: number;
  /** The header that this project's topics have. */
  readonly header: string | undefined;
}

/** What the dashboard learns, one Kafka record each, decoded. `at` is the record's timestamp, wall epoch ms. */
export type Input =
  | {
      readonly kind: "arrival";
      readonly at: number;
      readonly record: ArrivalRecord;
      readonly times: HopTimes | null;
      readonly place?: RecordPlace;
    }
  | {
      readonly kind: "entry";
      readonly at: number;
      readonly stationId: number;
      readonly deviceId: string | null;
      readonly times: HopTimes | null;
      readonly place?: RecordPlace;
    }
  /** count null: the table's row is gone. */
  | {
      readonly kind: "summary";
      readonly at: number;
      readonly stationId: number;
      readonly count: number | null;
      readonly place?: RecordPlace;
    }
  | { readonly kind: "weather"; readonly record: WeatherRecord; readonly service: number | null }
  | { readonly kind: "station"; readonly record: StationRecord }
  | { readonly kind: "station-gone"; readonly stationId: number; readonly line: Line }
  | {
      readonly kind: "state";
      readonly at: number;
      /** The record's own, in its partition. */
      readonly offset: number;
      readonly state: AnyState | SessionState;
    }
  | { readonly kind: "state-gone"; readonly id: string }
  | { readonly kind: "dedup"; readonly at: number; readonly partition: number; readonly state: DedupState }
  | { readonly kind: "dedup-gone"; readonly stationId: number; readonly partition: number }
  /** A record of the auditor's topic; value null: a tombstone. */
  | { readonly kind: "audit"; readonly key: string; readonly value: string | null }
  /** A record of the topic of incidents; value null: a tombstone. */
  | { readonly kind: "incident"; readonly id: string; readonly value: string | null }
  | { readonly kind: "vehicle"; readonly record: FleetRecord }
  | {
      readonly kind: "dead-letter";
      readonly at: number;
      /** The event, where it is a vehicle's with the identity of another one. */
      readonly conflict: FleetRecord | null;
    };
