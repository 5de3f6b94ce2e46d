import type { Delta, Snapshot } from "./page.ts";

/**
 * The past of the page: any moment that Kafka still holds, made again from its records. Times are ISO 8601 in requests
 * (`?at=2026-11-30T08:12:30Z`) and epoch ms of the wall clock in these answers, as in the page's state.
 */

export const TICK_KINDS = ["finding", "loss", "broken", "stalled", "silence", "trial"] as const;
export type TickKind = (typeof TICK_KINDS)[number];

/** Something that happened, for the scrubber. */
export interface Tick {
  readonly kind: TickKind;
  readonly at: number;
  /** null: it goes on, or took no time. */
  readonly until: number | null;
  readonly words: string;
}

/** `GET /history` */
export interface HistoryAnswer {
  /** The earliest moment from which every reading is still there; null: there is none. */
  readonly from: number | null;
  /** The server's present. */
  readonly to: number;
  /** Oldest first. */
  readonly ticks: readonly Tick[];
  /** Since when this server has taken down what happened; of the time before, it has what Kafka had kept until then. */
  readonly watchedSince: number;
}

/** `GET /moments?at=…&step=…&frames=…`: the page as it was then, and as it went on. */
export interface MomentsAnswer {
  readonly snapshot: Snapshot;
  /** Of the moments that follow, each `step` later; one in which nothing changed has none. */
  readonly deltas: readonly Delta[];
  /** The last moment of these. */
  readonly until: number;
  /** What is not known of them, in sentences. */
  readonly unknown: readonly string[];
  /** Their entries are being counted: asked for again, they will be known. */
  readonly counting: boolean;
}

/** Readings of an interval, and what is wrong with them. */
export interface RecountFault {
  readonly what: string;
  readonly deviceId: string;
  readonly bootId: number;
  readonly from: number;
  readonly to: number;
}

/** `GET /recount?from=…&to=…`: an interval counted again from its records alone, as `npm run replay` does. */
export interface RecountAnswer {
  readonly from: number;
  readonly to: number;
  /** Each number once and in order, and none missing between two of them? */
  readonly whole: boolean;
  readonly entries: number;
  readonly arrivals: number;
  readonly devices: number;
  readonly stations: number;
  /** Readings that the raw topic was seen to have too. */
  readonly inRaw: number;
  /** Readings that were not found in what was read of the raw topic. */
  readonly notCompared: number;
  /** Records that name no reading of a device. */
  readonly nameless: number;
  /** The first of them. */
  readonly faults: readonly RecountFault[];
  readonly moreFaults: number;
}
