import { type ClientFacts, claimedIdentity, type Identity, nameOf } from "../access/identity.ts";
import { type ConnectRefusal, connectFault } from "../access/rules.ts";
import type { Speaker } from "../sessions/station-holders.ts";
import { type ConnectPacket, requestOf, speakerOf } from "./connect-packet.ts";

/** What a CONNECT claims, when nothing in it speaks against it but a password that may be wrong. */
export interface SessionClaim {
  readonly identity: Identity;
  readonly speaker: Speaker;
  /** By a certificate, so that no password is needed. */
  readonly proven: boolean;
  readonly keepaliveS: number;
  /** The will as it came: the very object that the broker hands back when the client is gone. */
  readonly will: unknown;
}

/**
 * What a CONNECT claims, or why it is refused whatever its password.
 *
 * @param open - no passwords are asked for.
 */
export function claimOf(
  packet: ConnectPacket,
  { address, certificate }: ClientFacts,
  open: boolean,
): { readonly claim: SessionClaim } | { readonly fault: ConnectRefusal; readonly problem?: string } {
  if (certificate && "problem" in certificate) return { fault: "certificate", problem: certificate.problem };
  const identity = claimedIdentity(packet.username ?? certificate?.name, packet.clientId, open);
  if (!identity) return { fault: "unknown-name" };
  if (certificate && certificate.name !== nameOf(identity)) return { fault: "certificate" };
  const request = requestOf(packet);
  const fault = connectFault(identity, request);
  if (fault) return { fault };
  const speaker =
    identity.role === "agent"
      ? speakerOf(request.will, identity.stationId, address)
      : { box: "", agentBoot: 0, address };
  const proven = certificate !== undefined;
  return { claim: { identity, speaker, proven, keepaliveS: request.keepalive, will: packet.will } };
}
