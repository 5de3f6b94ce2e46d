import type { DeviceKind } from "./network/devices.ts";
import { MAX_COUNT } from "./readings.ts";

/**
 * online: heard within two heartbeats; late: two missed; offline: unplugged or silent; never_seen: no line yet;
 * stale: its agent is gone, so nobody knows.
 */
export const DEVICE_STATES = ["online", "late", "offline", "never_seen", "stale"] as const;
export type DeviceHealth = (typeof DEVICE_STATES)[number];

/**
 * Where a state message stands among all of its sender's, compared in this order. Readers keep the greatest, because
 * a will may arrive after the agent came back elsewhere.
 */
export interface StateOrder {
  readonly agentBoot: number;
  /** Counts this agent boot's connections from 1. */
  readonly connection: number;
  /** Counts messages within the connection; a will has `WILL_N`. */
  readonly n: number;
}

/** A will is the last word of its connection, whatever was sent on it. */
export const WILL_N = MAX_COUNT;

/** Negative when `x` is older than `y`. */
export function compareOrder(x: StateOrder, y: StateOrder): number {
  return x.agentBoot - y.agentBoot || x.connection - y.connection || x.n - y.n;
}

/**
 * How far a device's readings have come. Counts cover the device's whole memory, all boots from `memoryBootId` on, so
 * they only rise: numbered ≥ stored ≥ published. What the agent has not heard again since the device fell silent
 * stands as it was last heard.
 */
export interface Positions {
  readonly bootId: number;
  /** The first boot of the device's present memory; readings of earlier boots are another memory's. */
  readonly memoryBootId: number;
  /** S: readings the device numbered. */
  readonly numbered: number;
  /** Events that happened, stored or refused by a full ring: known loss = happened − numbered. */
  readonly happened: number;
  /** A: readings on the agent's disk, or already beyond it. */
  readonly stored: number;
  /** P: readings whose PUBACK arrived. */
  readonly published: number;
  /** Readings set aside because the gateway refuses them for good. */
  readonly quarantined: number;
}

/** JSON on `cta/v1/{stationId}/{deviceId}/state`. */
export interface DeviceState {
  readonly kind: DeviceKind;
  readonly id: string;
  readonly stationId: number;
  readonly state: DeviceHealth;
  /** Why it is in this state, in words for a person: "unplugged", "silent for 6 s". */
  readonly reason: string;
  /** When it came into this state, agent's wall clock, epoch ms. */
  readonly since: number;
  /** The last valid frame, agent's wall clock, epoch ms; null: none yet. */
  readonly lastSeen: number | null;
  /** null until the device has said HELLO once. */
  readonly positions: Positions | null;
  readonly frames: number;
  /** Frames or bytes discarded as damaged. */
  readonly errors: number;
  readonly order: StateOrder;
}

/** JSON on `cta/v1/{stationId}/agent/state`; also the agent's will. */
export interface AgentState {
  readonly kind: "agent";
  readonly id: string;
  readonly stationId: number;
  readonly state: "online" | "offline";
  readonly reason: string;
  readonly since: number;
  /** Readings in the outbox. */
  readonly waiting: number;
  readonly quarantined: number;
  readonly order: StateOrder;
}

export type AnyState = DeviceState | AgentState;

export function agentId(stationId: number): string {
  return `${stationId}-agent`;
}

/** JSON on `cta/v1/{stationId}/refused`: the gateway will never take this batch. */
export interface Refusal {
  readonly batchId: number;
  readonly code: string;
  readonly permanent: boolean;
}
