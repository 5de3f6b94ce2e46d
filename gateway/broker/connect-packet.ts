import type { ConnectRequest } from "../access/rules.ts";
import type { Publication } from "../bridge/decision.ts";
import { checkState } from "../bridge/state.ts";
import type { Speaker } from "../sessions/station-holders.ts";

/** What Aedes makes of a PUBLISH or a will. */
export interface WirePacket {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

/** What Aedes makes of a CONNECT. */
export interface ConnectPacket {
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly clean?: boolean | undefined;
  readonly keepalive?: number | undefined;
  readonly will?:
    | {
        readonly topic: string;
        readonly payload: string | Buffer;
        readonly qos?: number | undefined;
        readonly retain?: boolean | undefined;
      }
    | undefined;
}

export function publicationOf(packet: WirePacket): Publication {
  const { topic, payload, qos, retain } = packet;
  // Never a string off the wire; then the packet is as good as a copy.
  if (typeof payload !== "string") return packet as Publication;
  return { topic, payload: Buffer.from(payload), qos, retain };
}

export function requestOf(packet: ConnectPacket): ConnectRequest {
  const { clean = false, keepalive = 0, will } = packet;
  if (!will) return { clean, keepalive };
  const { topic, payload, qos = 0, retain = false } = will;
  return { clean, keepalive, will: publicationOf({ topic, payload, qos, retain }) };
}

/** Which agent connects: its will, which was checked, names its outbox and its start. A client without one is no agent. */
export function speakerOf(will: Publication | undefined, stationId: number, address: string): Speaker {
  if (!will) return { box: "", agentBoot: 0, address };
  const state = checkState(will.payload, stationId, "agent");
  return { box: state.kind === "agent" ? (state.box ?? "") : "", agentBoot: state.order.agentBoot, address };
}
