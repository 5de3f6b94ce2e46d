import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { RestError } from "./errors.ts";

/** For servers of a machine with several users, whose loopback every one of them reaches. */
export const tokenSetting = {
  HTTP_TOKEN: z
    .string()
    .min(16, "give at least 16 characters")
    .optional()
    .describe(
      "What every write to this server must bear: `Authorization: Bearer …`, or HTTP Basic with it as the password; at least 16 characters. Not set: no write asks for it.",
    ),
};

/** They change nothing (RFC 9110 §9.2.1). */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/** A request, as far as its right to change something depends on it. */
export interface Write {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Only a request that changes nothing passes without the token.
 *
 * @param token - undefined: this server asks for none.
 * @throws {RestError} 401 that says how to send it.
 */
export function checkToken({ method, headers }: Write, token: string | undefined): void {
  if (token === undefined || SAFE_METHODS.includes(method) || bears(headers, token)) return;
  throw new RestError(
    401,
    40101,
    'this server asks for a token with every write: -H "Authorization: Bearer $(cat .elevated/token)", with the home of its system in place of .elevated',
    { "www-authenticate": 'Bearer realm="elevated", Basic realm="elevated"' },
  );
}

/** As a bearer token (RFC 6750), or as a password of HTTP Basic (RFC 7617) under any user. */
export function bears({ authorization = "" }: IncomingHttpHeaders, token: string): boolean {
  const end = authorization.indexOf(" ");
  const credentials = authorization.slice(end).trim();
  switch (authorization.slice(0, Math.max(0, end)).toLowerCase()) {
    case "bearer":
      return isSame(credentials, token);
    case "basic": {
      const login = Buffer.from(credentials, "base64").toString("utf8");
      return isSame(login.slice(login.indexOf(":") + 1), token);
    }
    default:
      return false;
  }
}

/** In a time that does not depend on where the two differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
