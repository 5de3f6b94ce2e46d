/** Note the delays from now on; or: say what they were. */
export type ToWatcher = "begin" | "report";

export type FromWatcher = "ready" | DelayReport;

export interface DelayReport {
  readonly seen: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Where half of the readings spend less: from the device to the gateway, to dedup, to the reader. */
  readonly hopsMs: { readonly gateway: number; readonly dedup: number; readonly reader: number };
}
