/** Who a client is: one station's agent, or somebody who watches. */
export type Identity = { readonly role: "agent"; readonly stationId: number } | { readonly role: "observer" };

export const OBSERVER = "observer";

const STATION = /^\d{5}$/;

/** What a client's certificate says: signed by our authority for this name (its CN), or not. */
export type Certificate = { readonly name: string } | { readonly problem: string };

/** What is known of a client before its CONNECT. */
export interface ClientFacts {
  /** `host:port` of its connection. */
  readonly address: string;
  /** What it showed, where certificates are asked for. */
  readonly certificate?: Certificate | undefined;
}

/** An address without its port: many connections of one host share it. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

/**
 * The identity that a CONNECT claims: username = station id or `observer`. Without a username, the client id may be
 * the station's; otherwise the client is one who watches, where that needs no password. A certificate's name stands
 * for a username that is missing.
 *
 * @param open - no credentials are configured: any password passes, and none is needed.
 * @returns undefined for a name that is not one of ours.
 */
export function claimedIdentity(
  username: string | undefined,
  clientId: string,
  open: boolean,
): Identity | undefined {
  const name = username ?? (STATION.test(clientId) ? clientId : open ? OBSERVER : "");
  if (name === OBSERVER) return { role: "observer" };
  return STATION.test(name) ? { role: "agent", stationId: Number(name) } : undefined;
}

/** The name under which the identity's password is kept. */
export function nameOf(identity: Identity): string {
  return identity.role === "agent" ? String(identity.stationId) : OBSERVER;
}
