/** Note the delays from now on; or: say what they were. */
export type ToWatcher = "begin" | "report";

export type FromWatcher = "ready" | DelayReport;

export interface DelayReport {
  readonly seen: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
