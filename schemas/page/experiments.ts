/**
 * "Break it": what the page may do to the running system, and the server's answers. `GET /experiments` lists,
 * `POST /experiments/{id}` does one. Times are epoch milliseconds of the server's wall clock.
 */

/** May this page break things? `token`: with the token only, as `authorization: Bearer …`. */
export type ExperimentAccess = "yes" | "token" | "no";

export interface ExperimentView {
  readonly id: string;
  /** What is broken: "Device", "Kafka". */
  readonly hop: string;
  /** The order on the button: "Unplug for 20 s". */
  readonly order: string;
  /** What it does, and what to watch meanwhile. */
  readonly watch: string;
  /** The part whose process it kills; null: a fault of devices. */
  readonly part: string | null;
  /** The device, or the station whose devices, it strikes; null: it kills a process. */
  readonly target: string | null;
  /** How long the fault is ordered to last, ms; null: it happens once. How long recovery takes is measured. */
  readonly forMs: number | null;
}

/** `GET /experiments` */
export interface ExperimentsAnswer {
  readonly access: ExperimentAccess;
  /** Those that can be done to what runs now; empty without access. */
  readonly experiments: readonly ExperimentView[];
}

/** `POST /experiments/{id}`: what was done. */
export interface ExperimentStarted {
  readonly experiment: ExperimentView;
  readonly at: number;
}
