import type { Line } from "../network/network.ts";
import type { ArrivalEvent } from "../readings.ts";

/** The protocol's version, first byte of every frame. */
export const WIRE_VERSION = 1;

/** Longest frame between two delimiters, COBS code bytes included. What is longer is noise. */
export const MAX_FRAME_BYTES = 512;
/** Longest device id, ASCII bytes. */
export const MAX_DEVICE_ID_BYTES = 32;
/** A HELLO names at most this many boots whose readings wait in the ring, oldest first. */
export const MAX_PENDING_BOOTS = 8;

/** Timers and window of the link, milliseconds where times. */
export const LINK = {
  /** A device sends a HEARTBEAT this often while it has been greeted. */
  heartbeatMs: 1000,
  /** A device sends its oldest unacknowledged reading again when no ACK moved for this long. */
  resendMs: 1000,
  /** Readings in flight per line. */
  window: 32,
  /** A device that went back for a NAK does not go back to the same reading again within this time. */
  nakHoldMs: 200,
  /** An agent repeats its GREET until HELLO arrives. */
  greetMs: 500,
} as const;

export const FRAME_TYPES = { greet: 1, hello: 2, reading: 3, heartbeat: 4, ack: 5, nak: 6 } as const;

/** Agent → device: "speak". A line is silent before it (a pty starts cooked, with echo). */
export interface GreetFrame {
  readonly type: "greet";
  readonly deviceId: string;
  /** Chosen afresh per greeting; the HELLO repeats it. */
  readonly nonce: number;
}

/** A boot whose readings wait in the ring, `first` to `last`. */
export interface PendingBoot {
  readonly bootId: number;
  readonly first: number;
  readonly last: number;
  /** 32 random bits of that boot, not 0; left out: the device does not know them any more, or its firmware is older. */
  readonly nonce?: number;
}

/** Device → agent: who I am and what I hold. Answers a GREET; also sent when a NAK asks for what the ring has not. */
export interface HelloFrame {
  readonly type: "hello";
  readonly deviceId: string;
  readonly bootId: number;
  /** 32 random bits of this boot: the same boot with another nonce is an alarm, never a duplicate. */
  readonly bootNonce: number;
  /** The GREET's nonce. */
  readonly greetNonce: number;
  /** First boot of this memory. */
  readonly memoryBootId: number;
  /** Readings numbered, and events that happened, in all earlier boots of this memory. */
  readonly priorNumbered: number;
  readonly priorHappened: number;
  /** Readings numbered, and events that happened, in this boot. */
  readonly seq: number;
  readonly total: number;
  readonly serviceTime: number;
  readonly pending: readonly PendingBoot[];
}

/** Device → agent: one reading. */
export interface ReadingFrame {
  readonly type: "reading";
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
  readonly total: number;
  readonly serviceTime: number;
  readonly deviceTime: number;
  readonly line: Line;
  readonly arrival: ArrivalEvent | null;
}

/** Device → agent, every `LINK.heartbeatMs`. */
export interface HeartbeatFrame {
  readonly type: "heartbeat";
  readonly deviceId: string;
  readonly bootId: number;
  readonly memoryBootId: number;
  readonly priorNumbered: number;
  readonly priorHappened: number;
  readonly seq: number;
  readonly total: number;
  readonly serviceTime: number;
  /** Readings in the ring. */
  readonly pending: number;
}

/** Agent → device: every reading of this boot up to `seq` is on disk. */
export interface AckFrame {
  readonly type: "ack";
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

export const NAK_REASONS = ["gap", "damaged"] as const;

/** Agent → device: send again from `seq` of this boot. */
export interface NakFrame {
  readonly type: "nak";
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
  readonly reason: (typeof NAK_REASONS)[number];
}

export type Frame = GreetFrame | HelloFrame | ReadingFrame | HeartbeatFrame | AckFrame | NakFrame;
