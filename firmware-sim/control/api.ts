import { z } from "zod";
import type { DeviceKind } from "../../schemas/network/devices.ts";
import { FAULT_KINDS, LASTING } from "../faults/kinds.ts";

/** Bodies of the control interface's requests, and what it answers. All JSON. */
export const strikeRequest = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  target: z.string().min(1),
  forMs: z.number().int().positive().optional(),
  strength: z.number().positive().optional(),
});

export const healRequest = z.strictObject({
  target: z.string().min(1).default("all"),
  /** The same as no target, spelled out. */
  all: z.literal(true).optional(),
  kinds: z.array(z.enum(LASTING)).optional(),
});

export const pressRequest = z.strictObject({
  device: z.string().min(1),
  count: z.number().int().min(1).max(1_000_000).default(1),
});

/** One device, as `GET /devices` lists it. */
export interface SimulatedDeviceView {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly stationId: number;
  readonly line: string | null;
  /** Where an agent opens it; null: unplugged. */
  readonly path: string | null;
  readonly greeted: boolean;
  readonly bootId: number;
  readonly memoryBootId: number;
  readonly seq: number;
  readonly total: number;
  /** Readings numbered, and events that happened, in all boots of this memory. */
  readonly numbered: number;
  readonly happened: number;
  /** Readings in the ring. */
  readonly waiting: number;
  readonly framesSent: number;
  readonly framesReceived: number;
  readonly resends: number;
  readonly discarded: number;
  readonly faults: readonly string[];
}

/** `GET /state`. */
export interface StateView {
  /** Service clock, epoch ms, and how many times as fast as the wall's it runs. */
  readonly service: number;
  readonly speed: number;
  readonly devices: { readonly total: number; readonly up: number; readonly greeted: number };
  readonly kinds: Readonly<Record<DeviceKind, { readonly total: number; readonly up: number }>>;
  readonly lines: Readonly<Record<string, { readonly total: number; readonly up: number }>>;
  /** Since the last look of the reporter, per second of wall time. */
  readonly rates: { readonly frames: number; readonly readings: number; readonly resends: number };
  readonly numbered: number;
  readonly happened: number;
  readonly waiting: number;
  readonly faults: number;
}

export interface StrikeAnswer {
  readonly devices: readonly string[];
}
export interface HealAnswer {
  readonly healed: number;
}
export interface PressAnswer {
  /** Presses that the ring stored; the others it counted as refused. */
  readonly stored: number;
  /** The last of them; null: none was stored. */
  readonly last: { readonly bootId: number; readonly seq: number } | null;
}
/** `GET /devices/{device}/ring/{boot}/{seq}`: the device, and a reading as its ring holds it. */
export interface RingAnswer {
  readonly device: SimulatedDeviceView;
  /** The frame that is sent until an ACK for it comes, hexadecimal; null: the ring does not hold it, or not any more. */
  readonly frame: string | null;
}
