import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../../schemas/errors.ts";
import { closedAccess } from "../../../runtime/http/access-settings.ts";
import type { HttpServer } from "../../../runtime/http/listen.ts";
import { reverseProxy } from "../../../runtime/http/reverse-proxy.ts";
import type { Logger } from "../../../runtime/logger.ts";
import type { Launched } from "../supervise/part.ts";

/** Kafka's own login for Connect's REST API (KIP-285): every request needs the password of a file. */
const AUTH = "org.apache.kafka.connect.rest.basic.auth.extension";
const USER = "proxy";
/** A connector's settings have some kilobytes. */
const MAX_BODY = 1024 * 1024;

/** A login at one worker's REST API, made again for each of its starts. */
export interface WorkerLogin {
  /** Settings of the worker. */
  readonly settings: Readonly<Record<string, string>>;
  /** System properties of its JVM. */
  readonly properties: Readonly<Record<string, string>>;
  /** What a request needs. */
  readonly authorization: string;
}

/** @param folder - of the worker: gets the password's file, for this user's eyes only. */
export function makeWorkerLogin(folder: string): WorkerLogin {
  const password = randomBytes(24).toString("base64url");
  const users = join(folder, "rest-users.properties");
  const login = join(folder, "rest-login.conf");
  mkdirSync(folder, { recursive: true });
  writeFileSync(users, `${USER}=${password}\n`, { mode: 0o600 });
  const quoted = users.replace(/["\\]/g, "\\$&");
  writeFileSync(login, `KafkaConnect {\n  ${AUTH}.PropertyFileLoginModule required file="${quoted}";\n};\n`);
  return {
    settings: { "rest.extension.classes": `${AUTH}.BasicAuthSecurityRestExtension` },
    properties: { "java.security.auth.login.config": login },
    authorization: `Basic ${Buffer.from(`${USER}:${password}`).toString("base64")}`,
  };
}

/** The proxy at the address that everybody knows. @param token - what a write must bear; left out: nothing. */
export function connectProxy(
  target: string,
  { authorization }: WorkerLogin,
  { logger, token }: { readonly logger: Logger; readonly token?: string },
): HttpServer {
  return reverseProxy({
    target,
    authorization,
    access: closedAccess(token),
    maxBody: MAX_BODY,
    logger,
    starting: true,
    onRefused: (body) => {
      const advice = adviceFor(body);
      if (advice !== undefined) logger.warn(advice);
    },
  });
}

/**
 * The JDBC source of the Kafka course is in no registry that set-up reaches. Its users get what takes its place.
 *
 * @param refusal - Connect's answer.
 */
export function adviceFor(refusal: string): string | undefined {
  if (!/Failed to find any class.*JdbcSource/.test(refusal)) return undefined;
  return [
    "there is no JDBC source here. In its place, for the same flat JSON rows of the stations:",
    "  npm run connect -- apply course --topic org.chicago.cta.stations",
    "where --topic is its topic.prefix followed by its table; more in docs/course.md",
  ].join("\n");
}

/** A part that is reached through a proxy: both begin and end together. */
export function behindProxy(part: Launched, access: HttpServer, port: number): Launched {
  let shut: string | undefined;
  access.listen(port).catch((error: unknown) => {
    shut = messageOf(error);
    part.kill();
  });
  const ended = part.ended.then(async (end) => {
    await access.close();
    return shut === undefined ? end : { code: null, reason: shut };
  });
  return { ...part, ended };
}
