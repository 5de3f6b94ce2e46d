import { RestError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const ORIGIN = /^https?:\/\/(.+)$/;

/**
 * Admits only callers on this machine that know what they ask: a name other than loopback's in Host or Origin is a web
 * page of somewhere else that found the port (DNS rebinding, cross-site requests).
 *
 * @throws {RestError} 403
 */
export function onlyLocal({ headers }: Exchange): void {
  const { host, origin } = headers;
  const sameMachine = LOOPBACK.test(host ?? "");
  if (sameMachine && (origin === undefined || LOOPBACK.test(ORIGIN.exec(origin)?.[1] ?? ""))) return;
  throw new RestError(403, 403, "only from this machine");
}
