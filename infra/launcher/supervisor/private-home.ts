import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CodedError, messageOf } from "../../../schemas/errors.ts";
import { randomPassword, writeSecret } from "../../runtime/security/password-hashes.ts";
import type { Endpoints } from "../../runtime/service/endpoints.ts";

/** What opens the servers of a private home: random, and readable by its owner only. */
export interface HomeSecrets {
  /** Every write by HTTP bears it. */
  readonly token: string;
  /** Of `PRIVATE_USER` at Kafka. */
  readonly kafka: string;
  /** Of the application's role at PostgreSQL. */
  readonly postgres: string;
}

/** By this name our own programs log in. */
export const PRIVATE_USER = "elevated";

const SHORTEST_TOKEN = 16;
/** What needs no quotes in Java's settings or in an address. */
const password = z.string().regex(/^[\w.~-]{8,}$/);
const passwords = z.object({ kafka: password, postgres: password });

/** Where a private home's token is, for curl and for programs of the user's own. */
export function tokenFile(home: string): string {
  return join(home, "token");
}

function filesOf(home: string): { readonly token: string; readonly passwords: string } {
  return { token: tokenFile(home), passwords: join(home, "secrets", "private.json") };
}

/**
 * The secrets of a home that is private, or becomes so. A home stays as it is until a start says otherwise.
 *
 * @param wanted - undefined: as the home is.
 * @returns undefined in a home that is not private.
 * @throws {CodedError} CONFIG_INVALID when a file of them is there and cannot be used.
 */
export function secretsOf(home: string, wanted: boolean | undefined): HomeSecrets | undefined {
  const files = filesOf(home);
  if (wanted === false) {
    for (const file of Object.values(files)) rmSync(file, { force: true });
    return undefined;
  }
  if (wanted === undefined && !Object.values(files).some((file) => existsSync(file))) return undefined;
  closeToOthers(home);
  mkdirSync(join(home, "secrets"), { recursive: true });
  closeToOthers(join(home, "secrets"));
  if (!existsSync(files.token)) writeText(files.token, `${randomPassword()}\n`);
  if (!existsSync(files.passwords)) {
    writeSecret(files.passwords, { kafka: randomPassword(), postgres: randomPassword() });
  }
  for (const file of Object.values(files)) chmodSync(file, 0o600);
  return { token: readToken(files.token), ...readPasswords(files.passwords) };
}

/** @throws {CodedError} CONFIG_INVALID when it is another user's. */
function closeToOthers(folder: string): void {
  try {
    chmodSync(folder, 0o700);
  } catch (cause) {
    throw new CodedError("CONFIG_INVALID", {
      message: `${folder} cannot be closed to other users (${messageOf(cause)}): --private needs a --home that belongs to you`,
      retryable: false,
      context: { folder },
      cause,
    });
  }
}

function readToken(file: string): string {
  const token = readFileSync(file, "utf8").trim();
  if (token.length >= SHORTEST_TOKEN && !/\s/.test(token)) return token;
  throw unusable(file, `it must hold one word of at least ${SHORTEST_TOKEN} characters`);
}

function readPasswords(file: string): z.output<typeof passwords> {
  try {
    return passwords.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Not the parser's message: it would quote what is in the file.
    throw unusable(
      file,
      'it is not JSON of the form {"kafka": "…", "postgres": "…"} with letters, digits and -._~ only',
    );
  }
}

function unusable(file: string, problem: string): CodedError {
  return new CodedError("CONFIG_INVALID", {
    message: `${file}: ${problem}. Remove it, and the next start makes another`,
    retryable: false,
    context: { file },
  });
}

function writeText(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The address of PostgreSQL with this home's own password in place of the public one. */
export function withPostgresPassword(url: string, { postgres }: HomeSecrets): string {
  const own = new URL(url);
  own.password = postgres;
  return own.href;
}

/**
 * The settings by which our programs log in at servers of this home.
 *
 * @param served - the settings of the servers' addresses: no other server may see its secrets.
 */
export function loginsFor(
  served: readonly (keyof Endpoints)[],
  { token, kafka }: HomeSecrets,
): Readonly<Record<string, string>> {
  const logins: Partial<Record<keyof Endpoints, Readonly<Record<string, string>>>> = {
    KAFKA_BROKERS: {
      KAFKA_SASL_MECHANISM: "plain",
      KAFKA_SASL_USERNAME: PRIVATE_USER,
      KAFKA_SASL_PASSWORD: kafka,
    },
    SCHEMA_REGISTRY_URL: { SCHEMA_REGISTRY_USER: PRIVATE_USER, SCHEMA_REGISTRY_PASSWORD: token },
    REST_PROXY_URL: { REST_PROXY_USER: PRIVATE_USER, REST_PROXY_PASSWORD: token },
    CONNECT_URL: { CONNECT_USER: PRIVATE_USER, CONNECT_PASSWORD: token },
    KSQLDB_URL: { KSQLDB_USER: PRIVATE_USER, KSQLDB_PASSWORD: token },
    FIRMWARE_SIM_URL: { FIRMWARE_SIM_TOKEN: token },
    SUPERVISOR_URL: { SUPERVISOR_TOKEN: token },
    FLEET_URL: { FLEET_TOKEN: token },
  };
  return Object.assign({ HTTP_TOKEN: token }, ...served.map((address) => logins[address] ?? {}));
}
