import type { DeviceKind } from "../network/devices.ts";

/**
 * `GET /stories/{device}/{boot}/{seq}`: one reading at every hop of its way, with the bytes that lie there. Times are ISO
 * 8601; null means "not yet, or not known", never zero.
 */

/** What bytes of a span are for: the protocol around it, the reading's own fields, or what is not shown. */
export type SpanKind = "frame" | "field" | "left-out";

/** Consecutive bytes that mean one thing. The spans of a block cover each of its bytes once, in order. */
export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
  /** Two digits a byte; null: they are not shown, or nothing keeps them. */
  readonly hex: string | null;
  readonly kind: SpanKind;
  readonly name: string;
  /** As a person writes it. */
  readonly value: string;
  readonly meaning: string;
  /** COBS: which bytes of the span stand for 00, counted from its first; left out: none. */
  readonly stuffed?: readonly number[];
}

/**
 * Where bytes were read. ring: in the device's own memory. kafka: in a record. rebuilt: made from the reading by the code
 * that made them first, because nothing keeps them.
 */
export type BytesOrigin = "ring" | "kafka" | "rebuilt";

export interface BytesBlock {
  /** "Frame", "Key", "Value". */
  readonly name: string;
  readonly origin: BytesOrigin;
  /** What is to be known of these bytes as a whole. */
  readonly note: string;
  readonly length: number;
  readonly spans: readonly ByteSpan[];
}

/** A record of Kafka. */
export interface StoryPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The hops of a reading in their order; `sum` is an entry's only. */
export const STORY_HOPS = ["ring", "line", "disk", "mqtt", "raw", "clean", "sum", "proof"] as const;
export type StoryHopName = (typeof STORY_HOPS)[number];

/** passed: the reading has it behind it. here: it is on its way to the end of this hop, or waits for it. ahead: not yet. */
export type HopState = "passed" | "here" | "ahead";

export interface StoryHop {
  readonly name: StoryHopName;
  readonly title: string;
  /** What happens here, in two sentences. */
  readonly what: string;
  /** What is promised when the hop is passed. */
  readonly promise: string;
  /** Number of the delivery rule that guards it. */
  readonly rule: number;
  /** Files of this project in which it happens. */
  readonly code: readonly string[];
  readonly state: HopState;
  /** When it was passed, by the clock of whoever did it. */
  readonly at: string | null;
  /** Since the hop before it, ms; negative where two clocks differ. */
  readonly tookMs: number | null;
  readonly place: StoryPlace | null;
  /** Of the record. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: readonly BytesBlock[];
}

/** ahead: its device has not numbered it yet. lost: it will not come, for a known reason. */
export type StoryState = "ahead" | "under-way" | "counted" | "lost";

/** Why it is not further. */
export interface StoryWait {
  readonly words: string;
  /** Since when it waits here, or what it waits for is wrong; null: not known. */
  readonly since: string | null;
  /** Is something broken? Otherwise it is only on its way. */
  readonly fault: boolean;
}

/** Which reading. */
export interface StoryRef {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

export interface StoryAnswer extends StoryRef {
  readonly kind: DeviceKind;
  readonly stationId: number;
  readonly stationName: string;
  readonly asOf: string;
  readonly state: StoryState;
  /** null: it is counted, or lost. */
  readonly wait: StoryWait | null;
  /** Of a lost reading: what became of it. */
  readonly loss: string | null;
  readonly hops: readonly StoryHop[];
}

/** `GET /stories`: readings that came through a short while ago, newest first, one of each device. */
export interface StoryOffer extends StoryRef {
  readonly stationId: number;
  readonly stationName: string;
  readonly at: string;
}
