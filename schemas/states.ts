import type { DeviceKind } from "./network/devices.ts";
import { MAX_COUNT } from "./readings.ts";

/**
 * online: heard within two heartbeats; late: two missed; offline: unplugged or silent; never_seen: no line yet;
 * stale: its agent is gone, so its state is unknown.
 */
export const DEVICE_STATES = ["online", "late", "offline", "never_seen", "stale"] as const;
export type DeviceHealth = (typeof DEVICE_STATES)[number];

/**
 * Where a state message stands among all that are said of its subject. Readers keep the greatest, because a will may
 * arrive after the agent came back elsewhere, and two hosts may speak of one station.
 */
export interface StateOrder {
  /**
   * The session that it was said in: one more than the offset, in the devices topic, of the record by which a gateway
   * began it. Kafka hands it out, so no host's clock decides between two hosts. Absent or 0: said to a gateway of an
   * older version.
   */
  readonly generation?: number;
  readonly agentBoot: number;
  /** Counts this agent boot's connections from 1. */
  readonly connection: number;
  /** Counts messages within the connection; a will has `WILL_N`. */
  readonly n: number;
}

/** A will is the last word of its connection, whatever was sent on it. */
export const WILL_N = MAX_COUNT;

/** The generation of a session that a record at this offset begins. */
export function generationAt(offset: number): number {
  return offset + 1;
}

/**
 * The generation of a state in a record at this offset: that of an earlier record of the same partition. One that is
 * not was handed out by a topic of the same name that is no more, and says nothing here.
 */
export function generationIn(order: StateOrder, offset: number): number {
  const { generation = 0 } = order;
  return generation <= offset ? generation : 0;
}

/**
 * Negative when `x` is older than `y`. Within a session only `n` counts; boots and connections compare what was said
 * to a gateway of an older version, by one agent.
 */
export function compareOrder(x: StateOrder, y: StateOrder): number {
  const generation = (x.generation ?? 0) - (y.generation ?? 0);
  if (generation !== 0) return generation;
  if (x.generation) return x.n - y.n;
  return x.agentBoot - y.agentBoot || x.connection - y.connection || x.n - y.n;
}

/**
 * The same of two states of one station. A gateway that Kafka does not answer begins a session late: that one has a greater
 * generation than the session that took its place elsewhere. So within one start of an agent, its connections decide.
 */
export function compareStates(x: AnyState, y: AnyState): number {
  const sameStart = ofOneBox(x, y) && x.order.agentBoot === y.order.agentBoot;
  return (sameStart ? x.order.connection - y.order.connection : 0) || compareOrder(x.order, y.order);
}

/**
 * The same of two states of a station's agents. Of one outbox an earlier start says nothing any more while a later one is
 * online. Once that is gone, the generation decides: an outbox may have been put back from a copy, with a lower boot.
 */
export function compareAgents(x: AgentState, y: AgentState): number {
  const boots = ofOneBox(x, y) ? x.order.agentBoot - y.order.agentBoot : 0;
  const later = boots > 0 ? x : y;
  return boots !== 0 && later.state === "online" ? boots : compareStates(x, y);
}

/** The same of two states of a device. @param agent - the newest state of its station's agent, where one is known. */
export function compareDevices(x: DeviceState, y: DeviceState, agent: AgentState | undefined): number {
  const isOfPresentStart = (said: DeviceState): boolean =>
    agent?.state === "online" && ofOneBox(said, agent) && said.order.agentBoot === agent.order.agentBoot;
  const present = ofOneBox(x, y) ? Number(isOfPresentStart(x)) - Number(isOfPresentStart(y)) : 0;
  return present || compareStates(x, y);
}

function ofOneBox(x: AnyState, y: AnyState): boolean {
  return x.box !== undefined && x.box !== "" && x.box === y.box;
}

/**
 * How far a device's readings have come. Counts cover the device's whole memory, all boots from `memoryBootId` on, so
 * they only rise: numbered ≥ stored ≥ published. What the agent has not heard again since the device fell silent
 * stands as it was last heard.
 */
export interface DevicePositions {
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
  /**
   * Of `stored` and `published`: readings that the device no longer has and this outbox never had. Another outbox has
   * published them, or they are lost with it.
   */
  readonly forgotten?: number;
  /** Readings of earlier memories on this line that were numbered and not taken before their memory went. */
  readonly erased?: number;
}

/** Why readings will not come from this agent. */
export const LOSS_REASONS = ["quarantine", "erased-memory", "vanished-outbox"] as const;
/**
 * - quarantine: set aside, because the gateway refuses it for good.
 * - erased-memory: its memory is no longer on this line (erased, or another device's) and had not given it.
 * - vanished-outbox: the device was told that it is on a disk, and it is not on this one: lost, unless the outbox that
 *   has it still comes back or has published it.
 */
export type LossReason = (typeof LOSS_REASONS)[number];

/** Readings `from` to `to` of a boot that will not come from this agent. */
export interface NamedLoss {
  readonly reason: LossReason;
  readonly bootId: number;
  readonly from: number;
  readonly to: number;
}

/** What an agent claims of one boot of a device. */
export interface BootClaim {
  readonly bootId: number;
  /** The memory that this boot is of, by its first boot; null: unknown. */
  readonly memoryBootId: number | null;
  /** As last heard of this boot: readings numbered, and events that happened. A full ring refused the difference. */
  readonly numbered: number;
  readonly happened: number;
  /** The first number that this outbox could be given. */
  readonly first: number;
  /** Every number from `first` to here is on the agent's disk, or beyond it, unless it is a named loss. */
  readonly stored: number;
  /** Every number from `first` to here has its PUBACK, unless it is a named loss; null: unknown. */
  readonly published: number | null;
}

/** How many boots a state message speaks of: those that changed last. */
export const CLAIMED_BOOTS = 8;
/** How many losses a state message names, the newest; their sums are in the positions. */
export const NAMED_LOSSES = 16;

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
  readonly positions: DevicePositions | null;
  /** The boots that changed last, at most `CLAIMED_BOOTS`. */
  readonly boots?: readonly BootClaim[];
  /** At most `NAMED_LOSSES`, the newest last. */
  readonly losses?: readonly NamedLoss[];
  readonly frames: number;
  /** Frames or bytes discarded as damaged. */
  readonly errors: number;
  /** Which outbox its agent has. Absent: an agent of an older version. */
  readonly box?: string;
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
  /** Which outbox this agent has: two agents of one station have two. Absent: an agent of an older version. */
  readonly box?: string;
  /** Where it connects from, as its gateway sees it: `host:port`. Its gateway adds it. */
  readonly address?: string;
  readonly order: StateOrder;
}

/**
 * Written by gateways, in the devices topic: a session of a station's agent. The offset of the record that begins it
 * gives its generation.
 *
 * - connected: it began. closed: its connection is gone.
 * - refused: an agent with another outbox asked to speak for the station, while `holder` does.
 */
export interface SessionState {
  readonly kind: "session";
  readonly id: string;
  readonly stationId: number;
  readonly state: "connected" | "closed" | "refused";
  readonly reason: string;
  /** When it began, or when the refused one asked first; gateway's wall clock, epoch ms. */
  readonly since: number;
  readonly address: string;
  readonly box: string;
  /** The gateway's process, which made this name for itself. */
  readonly gateway: string;
  /** refused: how often it has asked. */
  readonly attempts: number;
  /** refused: the address of the agent that speaks for the station. */
  readonly holder: string;
  /** The generation is 0 where this record is the one that begins the session. */
  readonly order: StateOrder;
}

export type AnyState = DeviceState | AgentState;

export function agentId(stationId: number): string {
  return `${stationId}-agent`;
}

/** The key of a station's sessions, and of the agent that was refused beside them. */
export function sessionId(stationId: number, state: SessionState["state"]): string {
  return state === "refused" ? `${stationId}-second-agent` : `${stationId}-session`;
}

/** JSON on `cta/v1/{stationId}/refused`: the gateway does not take this batch. */
export interface Refusal {
  readonly batchId: number;
  readonly code: string;
  /** true: its content can never pass, whatever changes here. */
  readonly permanent: boolean;
  /** Its readings are sound, and it is larger than Kafka takes now: a payload of so many bytes would pass. */
  readonly maxBytes?: number;
}
