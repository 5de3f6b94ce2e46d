/**
 * The messages of GTFS Realtime 2.0 as far as they are sent: names, numbers and words of gtfs-realtime.proto. As JSON
 * they are protobuf's own mapping. Times are whole seconds of the wall clock since 1970.
 */

export interface FeedMessage {
  readonly header: FeedHeader;
  readonly entity: readonly FeedEntity[];
}

export interface FeedHeader {
  readonly gtfsRealtimeVersion: "2.0";
  readonly incrementality: "FULL_DATASET";
  readonly timestamp: number;
}

export interface FeedEntity {
  readonly id: string;
  readonly tripUpdate?: TripUpdate;
  readonly vehicle?: VehiclePosition;
  readonly alert?: Alert;
}

export interface TripDescriptor {
  readonly tripId: string;
  readonly startTime: string;
  readonly startDate: string;
  readonly scheduleRelationship: "UNSCHEDULED";
  readonly routeId: string;
  readonly directionId: 0 | 1;
}

export interface VehicleDescriptor {
  readonly id: string;
  readonly label: string;
}

export interface VehiclePosition {
  readonly trip: TripDescriptor;
  readonly position: { readonly latitude: number; readonly longitude: number };
  readonly currentStopSequence: number;
  readonly currentStatus: "STOPPED_AT";
  readonly timestamp: number;
  readonly stopId: string;
  readonly vehicle: VehicleDescriptor;
}

export interface StopTimeUpdate {
  readonly stopSequence: number;
  readonly arrival?: { readonly time: number };
  readonly stopId: string;
  readonly scheduleRelationship: "UNSCHEDULED" | "NO_DATA";
}

export interface TripUpdate {
  readonly trip: TripDescriptor;
  readonly stopTimeUpdate: readonly StopTimeUpdate[];
  readonly vehicle: VehicleDescriptor;
  readonly timestamp: number;
}

export interface EntitySelector {
  readonly agencyId?: string;
  readonly routeId?: string;
  readonly stopId?: string;
  readonly directionId?: 0 | 1;
}

export interface TranslatedString {
  readonly translation: readonly { readonly text: string; readonly language: string }[];
}

export interface Alert {
  readonly activePeriod: readonly { readonly start: number }[];
  readonly informedEntity: readonly EntitySelector[];
  readonly cause: "TECHNICAL_PROBLEM";
  readonly effect: "SIGNIFICANT_DELAYS" | "UNKNOWN_EFFECT";
  readonly headerText: TranslatedString;
  readonly descriptionText: TranslatedString;
}
