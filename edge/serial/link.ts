import type { Frame, HelloFrame, ReadingFrame } from "../../schemas/wire/frame.ts";
import { LINK } from "../../schemas/wire/frame.ts";
import { MAX_BOOTS } from "../outbox/marks.ts";

/** What the link knows of one boot of its device. */
export interface LinkBoot {
  /** null: no HELLO has told it, neither the boot's own nor a later one's. */
  readonly nonce: number | null;
  /** The memory that this boot is of, by its first boot; null: unknown. */
  readonly memoryBootId: number | null;
  /** On disk up to here: what an ACK may say. */
  readonly stored: number;
  /** Handed to the outbox up to here; `stored` follows once that is durable. */
  readonly taken: number;
}

/** Counts since the line's agent started. All of it is damage or repetition that was noticed and cost nothing. */
export interface LinkCounts {
  readonly frames: number;
  /** Blocks thrown away as damaged, and frames that have no place here. */
  readonly errors: number;
  readonly duplicates: number;
  readonly naks: number;
  /** Boots that began later than where this outbox stands. */
  readonly forgotten: number;
}

/** Two memories claim this boot: readings of the device are not taken although it speaks. */
export interface Alarm {
  readonly bootId: number;
}

export interface LinkState {
  readonly deviceId: string;
  /** closed: no line. greeting: the device has not answered our GREET. open: readings are taken. */
  readonly phase: "closed" | "greeting" | "open";
  /** Of the GREETs of this greeting, the newest last: an answer to any of them may come, however late. */
  readonly nonces: readonly number[];
  /** When the last of them was sent, ms of the monotonic clock. */
  readonly greetedAt: number;
  /** The last tick, ms of the monotonic clock; null: none yet. */
  readonly tickedAt: number | null;
  /** Last valid frame of the device on this line, ms of the monotonic clock. */
  readonly heardAt: number | null;
  readonly bootId: number | null;
  /** The memory that answered the last GREET; null: none has yet. */
  readonly memoryBootId: number | null;
  readonly boots: ReadonlyMap<number, LinkBoot>;
  /** Boots that wait in the device's ring according to its last HELLO, oldest first. */
  readonly pending: HelloFrame["pending"];
  /** The NAK that was sent and not yet answered by the reading it asks for. */
  readonly nak: { readonly bootId: number; readonly seq: number; readonly at: number } | null;
  readonly alarm: Alarm | null;
  readonly counts: LinkCounts;
}

export type LinkEvent =
  /** The line is open; `nonce` is fresh. */
  | { readonly type: "opened"; readonly at: number; readonly nonce: number }
  | { readonly type: "closed" }
  | { readonly type: "frame"; readonly at: number; readonly frame: Frame }
  /** Bytes between two delimiters that are no frame. */
  | { readonly type: "discarded"; readonly at: number }
  /** The outbox has this boot on disk up to `seq`. */
  | { readonly type: "stored"; readonly bootId: number; readonly seq: number }
  /** The outbox refused something: `taken` is what it has accepted of each boot. Begin again from there. */
  | {
      readonly type: "refused";
      readonly at: number;
      readonly nonce: number;
      readonly taken: (bootId: number) => number;
    }
  /** Time passed; `nonce` is fresh, for a GREET if one is due. */
  | { readonly type: "tick"; readonly at: number; readonly nonce: number };

export type LinkEffect =
  | { readonly type: "send"; readonly frame: Frame }
  | { readonly type: "store"; readonly reading: ReadingFrame }
  /** Take over a HELLO's numbers, and where its boots begin, into the outbox. */
  | { readonly type: "adopt"; readonly hello: HelloFrame }
  | { readonly type: "heard"; readonly frame: HelloFrame | (Frame & { readonly type: "heartbeat" }) }
  | { readonly type: "warn"; readonly what: string; readonly context: Readonly<Record<string, unknown>> }
  /** This line is of no use: give it up and open it again later. */
  | { readonly type: "hang-up"; readonly reason: string };

export interface LinkTransition {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** A NAK whose reading did not come is sent once more after this long, ms; the device's own timer is slower. */
export const NAK_AGAIN_MS = 250;
/** A device of which nothing was heard for this long, ms, is greeted again: it may have rebooted. */
export const SILENCE_MS = 2.5 * LINK.heartbeatMs;
/** Between two GREETs of one greeting, at most, ms. Each has the device send all its window again. */
export const GREET_AT_MOST_MS = 2000;
/** As many nonces of one greeting are remembered: several minutes of it. */
export const MAX_NONCES = 128;
/** Ticks come more often than this, ms. One that comes later means that this process stood still, not the device. */
export const TICK_LATE_MS = 500;
/** Readings handed to the outbox and not yet durable, per boot; a device that keeps to its window never gets there. */
export const MAX_IN_HAND = 4 * LINK.window;

/** @param boots - what the outbox has on disk. */
export function newLink(deviceId: string, boots: ReadonlyMap<number, LinkBoot> = new Map()): LinkState {
  return {
    deviceId,
    phase: "closed",
    nonces: [],
    tickedAt: null,
    greetedAt: Number.NEGATIVE_INFINITY,
    heardAt: null,
    bootId: null,
    memoryBootId: null,
    boots,
    pending: [],
    nak: null,
    alarm: null,
    counts: { frames: 0, errors: 0, duplicates: 0, naks: 0, forgotten: 0 },
  };
}

/** What is known of a boot; nothing of it is stored if it was never heard of. */
export function bootOf(state: LinkState, bootId: number): LinkBoot {
  return state.boots.get(bootId) ?? { nonce: null, memoryBootId: null, stored: 0, taken: 0 };
}

/** As many boots are known as the outbox remembers: the one that was not used for longest makes room. */
export function withBoot(state: LinkState, bootId: number, boot: LinkBoot): LinkState {
  const boots = new Map(state.boots);
  boots.delete(bootId);
  boots.set(bootId, boot);
  const [oldest] = boots.keys();
  if (boots.size > MAX_BOOTS && oldest !== undefined) boots.delete(oldest);
  return { ...state, boots };
}

export function counted(state: LinkState, what: keyof LinkCounts, by = 1): LinkState {
  return { ...state, counts: { ...state.counts, [what]: state.counts[what] + by } };
}
