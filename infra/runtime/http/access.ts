import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { RestError } from "./errors.ts";
import { isLoopback } from "./loopback.ts";

/** Who is let in besides those that every server here takes. */
export interface AccessRules {
  /** Names of this server that Host may give: `chicago.example.org`, or `.example.org` for all below it; `*` for any. */
  readonly allowedHosts: readonly string[];
  /** Origins of other servers' pages that may use this one: `https://chicago.example.org`. */
  readonly allowedOrigins: readonly string[];
  /** This machine's own name. */
  readonly machine: string;
  /** What every request that may change something must bear; absent: nothing is asked for. */
  readonly token?: string;
}

/** What a request says of where it comes from. */
export interface Caller {
  readonly headers: IncomingHttpHeaders;
  /** The address of this machine at which the connection arrived. */
  readonly localAddress: string | undefined;
}

/**
 * Loopback is no wall: every page in a browser on this machine may send requests there. So a request is refused when its
 * Host is not a name of this server (DNS rebinding makes a page's own name mean 127.0.0.1), and when a browser says that
 * it comes from another server's page. What is no browser sends neither Origin nor Sec-Fetch-Site and is not asked.
 *
 * A connection that came over the network is judged by its Host only if the operator named the hosts: its names are
 * many, and a client that reaches it that way needs no page in another user's browser.
 *
 * @throws {RestError} 403 that names the setting which lets the request in.
 */
export function checkAccess(caller: Caller, access: AccessRules): void {
  const authority = authorityOf(caller.headers);
  if (!isOwnHost(authority, caller.localAddress, access)) {
    throw new RestError(
      403,
      403,
      `"${printable(authority ?? "")}" in Host is not a name of this server: use localhost, or name it in HTTP_ALLOWED_HOSTS`,
    );
  }
  const foreign = foreignPage(caller.headers, authority, access);
  if (foreign !== undefined) {
    throw new RestError(
      403,
      403,
      `a page of ${printable(foreign)} may not use this server: if it is yours, name it in HTTP_ALLOWED_ORIGINS`,
    );
  }
}

/** `host:port`: of HTTP/2 or HTTP/1. */
function authorityOf(headers: IncomingHttpHeaders): string | undefined {
  return (headers[":authority"] as string | undefined) ?? headers.host;
}

function isOwnHost(
  authority: string | undefined,
  localAddress: string | undefined,
  access: AccessRules,
): boolean {
  // HTTP/1.0, which no browser speaks any more.
  if (authority === undefined) return true;
  const host = hostOf(authority);
  if (host === undefined) return false;
  if (access.allowedHosts.some((allowed) => covers(allowed.toLowerCase(), host))) return true;
  const overLoopback = localAddress === undefined || isLoopback(unmapped(localAddress));
  if (!overLoopback && access.allowedHosts.length === 0) return true;
  return isAddress(host) || isPrivateName(host) || isMachine(host, access.machine);
}

/** `[::1]:80` → `[::1]`; undefined for what is no host. A dot at the end means nothing. */
export function hostOf(authority: string): string | undefined {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]@/\\]+)(?::\d{1,5})?$/.exec(authority);
  return match?.[1]?.toLowerCase().replace(/\.$/, "");
}

/** A page of somewhere else has a name, which it cannot change into an address. */
function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, "")) !== 0;
}

/** Names that cannot be registered: those below `localhost` (RFC 6761), and those without a dot, as `/etc/hosts` has them. */
function isPrivateName(host: string): boolean {
  return host.endsWith(".localhost") || !host.includes(".");
}

function isMachine(host: string, machine: string): boolean {
  const name = machine.toLowerCase();
  return host === name || host === `${name}.local`;
}

function covers(allowed: string, host: string): boolean {
  return allowed === "*" || allowed === host || (allowed.startsWith(".") && host.endsWith(allowed));
}

/** `::ffff:127.0.0.1` → `127.0.0.1` */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Where a browser says that the request comes from, if that is another server's page. */
function foreignPage(
  headers: IncomingHttpHeaders,
  authority: string | undefined,
  access: AccessRules,
): string | undefined {
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  if (origin !== undefined) {
    if (access.allowedOrigins.includes(origin) || isSameOrigin(origin, authority, headers)) return undefined;
    return origin === "null" ? "an unknown origin" : origin;
  }
  // Without Origin a browser only reads, or follows a link: what comes of it, the page does not see.
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  return headers["sec-fetch-mode"] === "navigate" ? undefined : "another origin";
}

/**
 * A proxy in front may put another name into Host, and the page's own into X-Forwarded-Host. A foreign page cannot send
 * that: the browser would ask this server first, which does not allow it.
 */
export function isSameOrigin(
  origin: string,
  authority: string | undefined,
  headers: IncomingHttpHeaders,
): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  if (protocol !== "http:" && protocol !== "https:") return false;
  const forwarded = headers["x-forwarded-host"];
  const names = [authority, ...(typeof forwarded === "string" ? [forwarded.split(",")[0]?.trim()] : [])];
  return names.some((name) => name !== undefined && withoutDefaultPort(name) === withoutDefaultPort(host));
}

function withoutDefaultPort(authority: string): string {
  return authority.toLowerCase().replace(/:(80|443)$/, "");
}

/** What came from outside, short and without anything that a terminal would obey. */
function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "?").slice(0, 100);
}
