import type { IncomingHttpHeaders } from "node:http";
import { hostOf, isSameOrigin } from "../../../../infra/runtime/http/access.ts";
import { isLoopback } from "../../../../infra/runtime/http/loopback.ts";
import { bears } from "../../../../infra/runtime/http/token.ts";
import type { ExperimentAccess } from "../../../../schemas/page/experiments.ts";

export interface AccessSettings {
  /** Does the server listen on loopback only? */
  readonly loopback: boolean;
  /** `DEMO_CONTROLS`; null: not set, which is "on loopback". */
  readonly controls: boolean | null;
  /** `DEMO_TOKEN` */
  readonly token: string | null;
  /** `HTTP_TOKEN`: asked for on loopback too; absent: nothing is asked for there. */
  readonly askedHere?: string;
}

/**
 * Who may break things: a person at this machine, and with `DEMO_CONTROLS=1` one who has the token.
 *
 * A foreign name in Host is DNS rebinding, a forwarding header is a proxy that somebody else may stand before.
 */
export function experimentAccessOf(headers: IncomingHttpHeaders, settings: AccessSettings): ExperimentAccess {
  const { loopback, controls, token, askedHere } = settings;
  if (controls === false) return "no";
  if (askedHere !== undefined && bears(headers, askedHere)) return "yes";
  const forwarded = ["forwarded", "x-forwarded-for", "via"].some((name) => headers[name] !== undefined);
  if (loopback && !forwarded && isLoopback(hostOf(headers.host ?? "") ?? ""))
    return askedHere === undefined ? "yes" : "token";
  if (controls !== true || token === null) return "no";
  return bears(headers, token) ? "yes" : "token";
}

/** A page of elsewhere does not know it, so who sends it need not be a page at all. */
export function bearsToken(headers: IncomingHttpHeaders, { token, askedHere }: AccessSettings): boolean {
  return [token, askedHere].some((each) => typeof each === "string" && bears(headers, each));
}

/**
 * A page of somewhere else cannot send this: a browser names its origin with every POST. What a proxy says of another
 * name is not believed here: who comes through one has the token.
 */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && isSameOrigin(origin, host, {});
}
