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
  /** How long until it has healed by itself; of a killed part: until it is usually back. */
  readonly healsMs: number;
}

/** `GET /experiments` */
export interface ExperimentsAnswer {
  readonly access: ExperimentAccess;
  /** Empty without access. */
  readonly experiments: readonly ExperimentView[];
}

/** `POST /experiments/{id}` */
export interface ExperimentStarted {
  readonly id: string;
  readonly at: number;
  readonly healsAt: number;
}
