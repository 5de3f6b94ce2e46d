import { join } from "node:path";
import {
  DEFAULT_ENDPOINTS,
  type Endpoints,
  homeOf,
  publishedEndpoints,
  SUPERVISOR_PID,
} from "./endpoints.ts";
import type { Environment } from "./environment.ts";
import { fromFile } from "./setting-files.ts";

/** A setting's value, and who gave it: "environment", "file …", "running system …" or "default". */
export interface FoundSetting {
  readonly value: string;
  readonly from: string;
}

export type FindSetting = (name: string) => FoundSetting | undefined;

/**
 * The one order in which the value of a setting is looked for:
 *
 * 1. the environment (an empty value counts as not set),
 * 2. a file that the environment names: `POSTGRES_URL_FILE` for `POSTGRES_URL`,
 * 3. for addresses: the running system of this home; where it is private, for logins at these addresses too,
 * 4. for addresses: the default.
 *
 * Options of the command line are put into the environment first (`withOptions`), so they win over all of these.
 * Defaults of other settings are their schema's.
 *
 * @param named - every setting of the schema: `X_FILE` is not the file of `X` where it is a setting of its own.
 * @throws {CodedError} CONFIG_INVALID when a named file cannot be read.
 */
export function settingsIn(env: Environment, named: readonly string[]): FindSetting {
  const home = homeOf(env);
  const published = publishedEndpoints(home);
  return (name) => {
    const given = env[name];
    if (given) return { value: given, from: "environment" };
    const filed = named.includes(`${name}_FILE`) ? undefined : fromFile(name, env);
    if (filed) return { value: filed, from: `file ${env[`${name}_FILE`]}` };
    const running = published[name];
    if (running && (!isSecretOfHome(name, published) || mayBeSent(name, env, published))) {
      return { value: running, from: `running system (${join(home, "run", "endpoints.json")})` };
    }
    const standard: string | undefined = DEFAULT_ENDPOINTS[name as keyof typeof DEFAULT_ENDPOINTS];
    return standard === undefined ? undefined : { value: standard, from: "default" };
  };
}

type Published = Readonly<Partial<Record<string, string>>>;

const LOGIN =
  /^(KAFKA|SCHEMA_REGISTRY|REST_PROXY|CONNECT|KSQLDB|FIRMWARE_SIM|SUPERVISOR|FLEET)_.*(MECHANISM|USER|USERNAME|PASSWORD|TOKEN)$/;

/** What only the servers of this home may be shown, where it is private. */
function isSecretOfHome(name: string, published: Published): boolean {
  if (published["HTTP_TOKEN"] === undefined) return false;
  return name === "HTTP_TOKEN" || name === "POSTGRES_URL" || LOGIN.test(name);
}

/**
 * Not where the environment names another server, and not where the system was killed: its ports may be another user's
 * by now.
 */
function mayBeSent(name: string, env: Environment, published: Published): boolean {
  const [, server] = LOGIN.exec(name) ?? [];
  const address = server === "KAFKA" ? "KAFKA_BROKERS" : `${server}_URL`;
  if (server !== undefined && (env[address] || env[`${address}_FILE`])) return false;
  return isOwnProcess(Number(published[SUPERVISOR_PID]));
}

/** Does it run, as this user? */
function isOwnProcess(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The environment with what the command line gives in its place: options that are not given change nothing. */
export function withOptions(env: Environment, options: Environment): Environment {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...env, ...Object.fromEntries(given) };
}

/**
 * Where every server is.
 *
 * @throws {CodedError} CONFIG_INVALID when a named file cannot be read.
 */
export function resolveEndpoints(env: Environment): Endpoints {
  const find = settingsIn(env, []);
  const names = Object.keys(DEFAULT_ENDPOINTS) as (keyof Endpoints)[];
  return Object.fromEntries(names.map((name) => [name, find(name)?.value])) as unknown as Endpoints;
}

/**
 * The environment with each address that it gives as a file in its place, for a process that hands addresses on.
 *
 * @throws {CodedError} CONFIG_INVALID when a named file cannot be read.
 */
export function withAddressesFromFiles(env: Environment): Environment {
  const names = Object.keys(DEFAULT_ENDPOINTS).filter((name) => !env[name] && env[`${name}_FILE`]);
  return { ...env, ...Object.fromEntries(names.map((name) => [name, fromFile(name, env)])) };
}
