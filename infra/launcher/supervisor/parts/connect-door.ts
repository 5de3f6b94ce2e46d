import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../../schemas/errors.ts";
import { closedDoor } from "../../../runtime/http/door-settings.ts";
import type { HttpServer } from "../../../runtime/http/listen.ts";
import { reverseDoor } from "../../../runtime/http/reverse-door.ts";
import type { Logger } from "../../../runtime/logger.ts";
import type { Launched } from "../supervise/part.ts";

/** Kafka's own login for Connect's REST API (KIP-285): every request needs the password of a file. */
const AUTH = "org.apache.kafka.connect.rest.basic.auth.extension";
const USER = "door";
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

/** The door at the address that everybody knows. @param token - what a write must bear; left out: nothing. */
export function connectDoor(
  target: string,
  { authorization }: WorkerLogin,
  { logger, token }: { readonly logger: Logger; readonly token?: string },
): HttpServer {
  return reverseDoor({
    target,
    authorization,
    door: closedDoor(token),
    maxBody: MAX_BODY,
    logger,
    starting: true,
  });
}

/** A part that is reached through a door: both begin and end together. */
export function behindDoor(part: Launched, door: HttpServer, port: number): Launched {
  let shut: string | undefined;
  door.listen(port).catch((error: unknown) => {
    shut = messageOf(error);
    part.kill();
  });
  const ended = part.ended.then(async (end) => {
    await door.close();
    return shut === undefined ? end : { code: null, reason: shut };
  });
  return { ...part, ended };
}
