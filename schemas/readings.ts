import type { Direction, Line } from "./network/network.ts";

export const TRAIN_STATUSES = ["in_service", "out_of_service", "broken_down"] as const;
export type TrainStatus = (typeof TRAIN_STATUSES)[number];

/** Greatest count, sequence number or time: avsc's `long` ends here, one below JavaScript's own safe integers. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER - 1;

/** What an arrival sensor saw. Line and direction are those of the sensor itself (its device id). */
export interface ArrivalEvent {
  readonly trainId: string;
  readonly status: TrainStatus;
  /** Where the train was seen last; null for its first sighting. */
  readonly prevStationId: number | null;
  readonly prevDirection: Direction | null;
}

/** One numbered event of one device. `(deviceId, bootId, seq)` is its identity, for ever and everywhere. */
export interface Reading {
  readonly deviceId: string;
  /** Rises at each boot of the device: `max(stored + 1, epoch seconds)`. */
  readonly bootId: number;
  /** From 1 within the boot, without gaps: given only once the device's ring has stored the reading. */
  readonly seq: number;
  /** Events that happened in this boot, stored or refused. Known loss = total − seq. */
  readonly total: number;
  /** Service clock, epoch milliseconds: may run faster than the wall clock. */
  readonly serviceTime: number;
  /** The device's wall clock, epoch milliseconds. */
  readonly deviceTime: number;
  /** The line whose platform or turnstile this was. */
  readonly line: Line;
  /** null: a press of a turnstile. */
  readonly arrival: ArrivalEvent | null;
}

/** Consecutive readings of one device and boot: `seq = firstSeq + index`. */
export interface Run {
  readonly deviceId: string;
  readonly bootId: number;
  readonly firstSeq: number;
  readonly readings: readonly RunReading[];
}

export interface RunReading extends Omit<Reading, "deviceId" | "bootId" | "seq"> {
  /** When the agent had it on disk, epoch milliseconds of the agent's clock. */
  readonly edgeTime: number;
}

/** What one PUBLISH carries and one record of the raw topic holds. */
export interface ReadingBatch {
  readonly stationId: number;
  /** The agent's own boot, and the batch's number within it: for logs, refusals and tests. */
  readonly agentBoot: number;
  readonly batchId: number;
  readonly runs: readonly Run[];
}

/** How many readings a batch holds. */
export function sizeOf(batch: ReadingBatch): number {
  return batch.runs.reduce((n, run) => n + run.readings.length, 0);
}

/** The first and last sequence number of a run that holds something. */
export function rangeOf(run: Run): { readonly from: number; readonly to: number } {
  return { from: run.firstSeq, to: run.firstSeq + run.readings.length - 1 };
}
