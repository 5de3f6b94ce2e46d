/** What the load process is told on its command line, as JSON. */
export interface LoadOptions {
  readonly port: number;
  /** One client each. */
  readonly stations: readonly number[];
  /** A file of the network that they are of; left out: Chicago's. */
  readonly network?: string;
  /** Readings of one PUBLISH. */
  readonly batch: number;
  /** Boot number of devices and agents: another for each load over the same topics. Left out: 1. */
  readonly boot?: number;
  /** PUBLISHes of one client without their PUBACK, at most. */
  readonly window: number;
  /** Before anything is counted, s. */
  readonly warmUpS: number;
  readonly seconds: number;
  /**
   * How much may be published: `window` as fast as PUBACKs come, a number so many readings a second, `allowance` what
   * the parent allows.
   */
  readonly pace: "window" | "allowance" | number;
  /** Bytes of printable text instead of batches: for those that cannot take Avro. */
  readonly text?: number;
}

/** Parent to load: begin; or: so many readings may have been published since the beginning. */
export type ToLoad = { readonly go: true } | { readonly allowed: number };

/** Load to parent, in this order. */
export type FromLoad =
  | { readonly kind: "connected" }
  /** The warm-up is over. */
  | { readonly kind: "measuring" }
  /** The measured time is over; nothing more is published. */
  | {
      readonly kind: "measured";
      readonly seconds: number;
      readonly acknowledged: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
    }
  /** Every PUBLISH has its PUBACK: so many in all, the warm-up's included; bytes are those of the packets. */
  | {
      readonly kind: "done";
      readonly publishes: number;
      readonly readings: number;
      readonly bytes: number;
    };
