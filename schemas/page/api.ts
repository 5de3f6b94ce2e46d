import type { Evidence, Finding } from "../audit.ts";

/**
 * Answers of the dashboard's HTTP API, `/api/v1`: for programs, and for the sheet of one station. Times are ISO 8601;
 * null means "no data", never zero.
 */

/** `GET /trains` */
export interface TrainAnswer {
  readonly id: string;
  readonly line: string;
  readonly direction: string;
  readonly stationId: number;
  readonly status: string;
  readonly at: string;
  readonly stale: boolean;
}

/** That a sensor saw a train. */
export interface ReportAnswer {
  readonly stationId: number;
  readonly sensorId: string;
  readonly status: string;
  readonly at: string;
}

/** `GET /trains/{id}` */
export interface TrainDetail extends TrainAnswer {
  /** When its trip began at an end of its line, as far as that is known. */
  readonly startedAt: string;
  /** Newest first. */
  readonly reports: readonly ReportAnswer[];
}

export interface DeviceAnswer {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly lastSeen: string | null;
}

/** `GET /stations` */
export interface StationAnswer {
  readonly id: number;
  readonly name: string;
  readonly lines: readonly string[];
  readonly entries: number | null;
  readonly devices: readonly DeviceAnswer[];
}

export interface DeviceDetail extends DeviceAnswer {
  readonly reason: string;
  readonly since: string;
  readonly frames: number;
  readonly errors: number;
  /** Readings it numbered; null before its first HELLO. */
  readonly numbered: number | null;
  readonly waiting: number | null;
}

/** A train that was at the station. */
export interface CallAnswer {
  readonly trainId: string;
  readonly line: string;
  readonly direction: string;
  readonly at: string;
}

/** One entry's time at every hop. */
export interface PathAnswer {
  readonly deviceId: string | null;
  readonly service: string;
  readonly device: string;
  readonly edge: string;
  readonly gateway: string;
  readonly dedup: string;
  readonly page: string;
}

/** `GET /stations/{id}` */
export interface StationDetail extends Omit<StationAnswer, "devices"> {
  readonly devices: readonly DeviceDetail[];
  /** Entries since the service clock's last full hour, as far as this server has watched. */
  readonly thisHour: number | null;
  /** Entries per five minutes of the service clock, oldest first; null: no data. */
  readonly history: readonly (number | null)[];
  /** The last trains, newest first per line and direction. */
  readonly calls: readonly CallAnswer[];
  /** The last entry's. */
  readonly path: PathAnswer | null;
}

/** `GET /proof/findings`, and one of them by its id; see `Finding` of `schemas/audit.ts`. */
export interface FindingAnswer extends Omit<Finding, "evidence" | "firstSeen" | "lastSeen" | "resolved"> {
  /** In one sentence. */
  readonly words: string;
  /** With the address of the decoded record. */
  readonly evidence: readonly (Evidence & { readonly record: string })[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly resolved: { readonly at: string; readonly by: string; readonly reason: string } | null;
}

/** `GET /proof/records/{topic}/{partition}/{offset}`: a record of Kafka, decoded. */
export interface RecordAnswer extends Evidence {
  readonly at: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: unknown;
  readonly value: unknown;
  /** Why key or value are base64; null: they are decoded. */
  readonly undecoded: string | null;
}

/** `GET /weather` */
export interface WeatherAnswer {
  readonly temperature: number;
  readonly status: string;
  readonly serviceTime: string | null;
}
