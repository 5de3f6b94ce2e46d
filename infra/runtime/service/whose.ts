import { realpathSync } from "node:fs";
import { CodedError } from "../../../schemas/errors.ts";
import { DEFAULT_ENDPOINTS, type Endpoints, homeOf, publishedEndpoints } from "./endpoints.ts";
import type { Environment } from "./environment.ts";
import { resolveEndpoints } from "./precedence.ts";
import type { RunningSystem } from "./systems.ts";

/** The setting of a server's address. */
export type Address = keyof Endpoints;

export function isAddress(name: string): name is Address {
  return Object.hasOwn(DEFAULT_ENDPOINTS, name);
}

/** An address that leads to the system of another home. */
export interface ForeignAddress {
  readonly name: Address;
  readonly address: string;
  readonly system: RunningSystem;
}

/**
 * Which of these lead to another home's system, although nothing said so? An address that the environment names is
 * meant. One by default, or that a killed system left behind, may meanwhile be another's.
 *
 * @param systems - those that run on this machine.
 */
export function foreignAddresses(
  names: readonly Address[],
  env: Environment,
  systems: readonly RunningSystem[],
): readonly ForeignAddress[] {
  const home = realPath(homeOf(env));
  const others = systems.filter((system) => realPath(system.home) !== home);
  const addresses = resolveEndpoints(env);
  return names
    .filter((name) => isUnnamed(name, env))
    .flatMap((name) => {
      const wanted = placesOf(addresses[name]);
      const system = others.find((other) =>
        other.addresses.flatMap(placesOf).some((at) => wanted.includes(at)),
      );
      return system ? [{ name, address: addresses[name], system }] : [];
    });
}

/**
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE that names both homes, and how to say that the other one is meant.
 */
export function refuseForeign(foreign: readonly ForeignAddress[], env: Environment): void {
  const [first] = foreign;
  if (!first) return;
  const { name, address, system } = first;
  throw new CodedError("DEPENDENCY_UNAVAILABLE", {
    message:
      `no system runs in ${homeOf(env)}: what answers at ${withoutLogin(address)} is that of ${system.home}. ` +
      `Start one here with npm start; if you mean the other one, say so: ELEVATED_HOME=${system.home}, ` +
      `or ${name}=${withoutLogin(address)}`,
    retryable: true,
    context: { home: homeOf(env), other: system.home },
  });
}

/**
 * The home whose system these addresses lead to.
 *
 * @returns undefined when the environment names all of them, or no system has run in the home.
 */
export function homeSpokenTo(names: readonly Address[], env: Environment): string | undefined {
  const published = publishedEndpoints(homeOf(env));
  return names.some((name) => isUnnamed(name, env) && published[name]) ? homeOf(env) : undefined;
}

function isUnnamed(name: Address, env: Environment): boolean {
  return !env[name] && !env[`${name}_FILE`];
}

/** `host:port` of each address, separated by commas; loopback has one name. */
function placesOf(addresses: string): readonly string[] {
  return addresses.split(",").map((address) => {
    const [, host = "", port = ""] =
      /^(?:\w+:\/\/)?(?:[^@/]*@)?(.*?):(\d+)(?:\/|$)/.exec(address.trim()) ?? [];
    return `${host === "localhost" ? "127.0.0.1" : host}:${port}`;
  });
}

function withoutLogin(address: string): string {
  return address.replace(/\/\/[^@/]*@/, "//");
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
