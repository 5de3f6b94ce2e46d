import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { ExperimentAccess } from "../../../../schemas/page/experiments.ts";

export interface AccessSettings {
  /** Does the server listen on loopback only? */
  readonly loopback: boolean;
  /** `DEMO_CONTROLS`; null: not set, which is "on loopback". */
  readonly controls: boolean | null;
  /** `DEMO_TOKEN` */
  readonly token: string | null;
}

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK_HOST.test(host) || host === "::1";
}

/**
 * Who may break things: whoever sits at this machine, and with `DEMO_CONTROLS=1` whoever has the token.
 *
 * A foreign name in Host is DNS rebinding, a forwarding header is a proxy that somebody else may stand before.
 */
export function accessOf(headers: IncomingHttpHeaders, settings: AccessSettings): ExperimentAccess {
  const { loopback, controls, token } = settings;
  if (controls === false) return "no";
  const forwarded = ["forwarded", "x-forwarded-for", "via"].some((name) => headers[name] !== undefined);
  if (loopback && !forwarded && isLoopback(headers.host ?? "")) return "yes";
  if (controls !== true || token === null) return "no";
  return same(headers.authorization ?? "", `Bearer ${token}`) ? "yes" : "token";
}

/** A page of somewhere else cannot send this: a browser names its origin with every POST. */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** In a time that does not depend on where the two differ. */
function same(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
