import { DEFAULT_ENDPOINTS, type Endpoints } from "../../../runtime/service/endpoints.ts";
import { type Brokers, brokerNames } from "../parts/kafka-cluster.ts";

/** A part that others reach by an address. */
export interface Server {
  readonly part: string;
  readonly endpoint: keyof Endpoints;
  /** The variable that tells our own servers where to listen; null: told otherwise. */
  readonly portVariable: string | null;
}

export const KAFKA: Server = { part: "kafka", endpoint: "KAFKA_BROKERS", portVariable: null };

/** Every part with an address, in the order in which ports are given out. */
export const SERVERS: readonly Server[] = [
  { part: "dashboard", endpoint: "DASHBOARD_URL", portVariable: "DASHBOARD_PORT" },
  KAFKA,
  { part: "schema-registry", endpoint: "SCHEMA_REGISTRY_URL", portVariable: "SCHEMA_REGISTRY_PORT" },
  { part: "rest-proxy", endpoint: "REST_PROXY_URL", portVariable: "REST_PROXY_PORT" },
  { part: "connect", endpoint: "CONNECT_URL", portVariable: null },
  { part: "ksql", endpoint: "KSQLDB_URL", portVariable: "KSQL_PORT" },
  { part: "flink-gateway", endpoint: "FLINK_SQL_GATEWAY_URL", portVariable: null },
  { part: "postgres", endpoint: "POSTGRES_URL", portVariable: null },
  { part: "gateway", endpoint: "MQTT_URL", portVariable: "MQTT_PORT" },
  { part: "firmware-sim", endpoint: "FIRMWARE_SIM_URL", portVariable: "FIRMWARE_SIM_PORT" },
  { part: "fleet-ingest", endpoint: "FLEET_URL", portVariable: "FLEET_PORT" },
  { part: "supervisor", endpoint: "SUPERVISOR_URL", portVariable: null },
];

/** The port of an address such as `127.0.0.1:9092` or `http://127.0.0.1:8081`. */
export function portOf(address: string): number {
  return Number(/:(\d+)(?:\/|$)/.exec(address)?.[1]);
}

/** The same address at another port. */
export function atPort(address: string, port: number): string {
  return address.replace(/:\d+(?=\/|$)/, `:${port}`);
}

/** The seeds' port of a part. */
export function seedPort(server: Server): number {
  return portOf(DEFAULT_ENDPOINTS[server.endpoint]);
}

/**
 * The addresses of a system.
 *
 * @param ports - of the parts that run here.
 * @param brokers - of the built-in Kafka.
 * @param env - addresses given by the user, which always win.
 */
export function addressesOf(
  ports: ReadonlyMap<string, number>,
  brokers: Brokers,
  env: Readonly<Record<string, string | undefined>>,
): Endpoints {
  const entries = SERVERS.map(({ part, endpoint }) => {
    const address = DEFAULT_ENDPOINTS[endpoint];
    const names = part === "kafka" ? brokerNames(brokers) : [part];
    const local = names.map((name) => atPort(address, ports.get(name) ?? portOf(address)));
    return [endpoint, env[endpoint] || local.join(",")];
  });
  return Object.fromEntries(entries) as unknown as Endpoints;
}

/** Servers whose address the user gave: they run elsewhere. Of Kafka's brokers, only the one all are asked for by. */
export function runElsewhere(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return SERVERS.filter(({ endpoint }) => env[endpoint]).map(({ part }) => part);
}
