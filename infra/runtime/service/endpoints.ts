import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Environment } from "./environment.ts";

/**
 * Where the servers of a running system are. The supervisor writes them to `<home>/run/endpoints.json`, so that a
 * command in another terminal finds the system without being told; an environment variable always wins.
 */
export interface Endpoints {
  readonly KAFKA_BROKERS: string;
  readonly SCHEMA_REGISTRY_URL: string;
  readonly REST_PROXY_URL: string;
  readonly CONNECT_URL: string;
  readonly KSQLDB_URL: string;
  readonly FLINK_SQL_GATEWAY_URL: string;
  readonly POSTGRES_URL: string;
  readonly MQTT_URL: string;
  readonly DASHBOARD_URL: string;
  readonly FIRMWARE_SIM_URL: string;
  readonly SUPERVISOR_URL: string;
  readonly FLEET_URL: string;
}

/** The seeds' ports, all on loopback. */
export const DEFAULT_ENDPOINTS: Endpoints = {
  KAFKA_BROKERS: "127.0.0.1:9092",
  SCHEMA_REGISTRY_URL: "http://127.0.0.1:8081",
  REST_PROXY_URL: "http://127.0.0.1:8082",
  CONNECT_URL: "http://127.0.0.1:8083",
  KSQLDB_URL: "http://127.0.0.1:8088",
  // Flink's own default is that of Connect.
  FLINK_SQL_GATEWAY_URL: "http://127.0.0.1:8084",
  POSTGRES_URL: "postgresql://cta_admin:chicago@127.0.0.1:5432/cta",
  MQTT_URL: "mqtt://127.0.0.1:1883",
  DASHBOARD_URL: "http://127.0.0.1:8888",
  FIRMWARE_SIM_URL: "http://127.0.0.1:8899",
  SUPERVISOR_URL: "http://127.0.0.1:8898",
  FLEET_URL: "http://127.0.0.1:5001",
};

/** Where a server of ours listens unless it is told otherwise: where everybody looks for it. */
export function defaultPort(name: Exclude<keyof Endpoints, "KAFKA_BROKERS">): number {
  return Number(new URL(DEFAULT_ENDPOINTS[name]).port);
}

/** The folder of everything that survives a stop: `ELEVATED_HOME`, or `.elevated` where the command runs. */
export function homeOf(env: Environment): string {
  return resolve(env["ELEVATED_HOME"] || ".elevated");
}

/** Beside the logins of a private home: the process whose end makes them worthless. */
export const SUPERVISOR_PID = "SUPERVISOR_PID";

function endpointsFile(home: string): string {
  return join(home, "run", "endpoints.json");
}

/** What the running system of this home says of itself. An unreadable file counts as none. */
export function publishedEndpoints(home: string): Readonly<Partial<Record<string, string>>> {
  try {
    return JSON.parse(readFileSync(endpointsFile(home), "utf8")) as Partial<Record<string, string>>;
  } catch {
    // No system runs in this home.
    return {};
  }
}

/**
 * Whole or not at all: a reader never sees half a file. For this user only: an address may hold a password.
 *
 * @param logins - settings by which commands of this home log in at these servers, while this process runs.
 */
export function writeEndpoints(
  home: string,
  endpoints: Partial<Endpoints>,
  logins: Readonly<Record<string, string>> = {},
): void {
  const file = endpointsFile(home);
  mkdirSync(join(home, "run"), { recursive: true });
  rmSync(`${file}.new`, { force: true });
  const pid = Object.keys(logins).length > 0 ? { [SUPERVISOR_PID]: String(process.pid) } : {};
  const all = { ...endpoints, ...logins, ...pid };
  writeFileSync(`${file}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
