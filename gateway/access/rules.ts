import { isCoded } from "../../schemas/errors.ts";
import { agentStateTopic, refusedTopic } from "../../schemas/mqtt.ts";
import type { Publication } from "../bridge/decision.ts";
import { checkState } from "../bridge/state.ts";
import type { Identity } from "./identity.ts";

/** The parts of a CONNECT that decide about it. */
export interface ConnectRequest {
  readonly clean: boolean;
  /** Seconds; 0: none. */
  readonly keepalive: number;
  readonly will?: Publication;
}

/** Longest keepalive, s: a connection that is cut without a word is noticed after one and a half of it. */
export const MAX_KEEPALIVE_S = 300;

/** Why a connection is refused. */
export type ConnectRefusal =
  | "unknown-name"
  | "bad-password"
  | "too-many-logins"
  | "certificate"
  | "client-id-taken"
  | "second-agent"
  | "persistent-session"
  | "keepalive"
  | "will";

/**
 * What makes a CONNECT unacceptable from any client: a session that would outlive the connection (its state is the
 * agent's outbox, not ours), no keepalive, a will that is not the agent's own last word.
 */
export function connectFault(identity: Identity, request: ConnectRequest): ConnectRefusal | undefined {
  if (!request.clean) return "persistent-session";
  if (request.keepalive === 0 || request.keepalive > MAX_KEEPALIVE_S) return "keepalive";
  if (request.will && !isOwnWill(identity, request.will)) return "will";
  return undefined;
}

function isOwnWill(identity: Identity, will: NonNullable<ConnectRequest["will"]>): boolean {
  if (identity.role !== "agent" || will.topic !== agentStateTopic(identity.stationId)) return false;
  if (will.qos !== 1 || will.retain) return false;
  try {
    return checkState(will.payload, identity.stationId, "agent").state === "offline";
  } catch (error) {
    if (isCoded(error)) return false;
    throw error;
  }
}

/** An agent hears its own refusals; an observer everything. */
export function maySubscribe(identity: Identity, filter: string): boolean {
  return identity.role === "observer" || filter === refusedTopic(identity.stationId);
}
