import type { Endpoints } from "../../../runtime/service/endpoints.ts";
import { probeOf } from "../addresses/wishes.ts";
import type { NodeProgram } from "./node.ts";

/** What carries a reading from a device to the clean topics: at a start, what can wait lets these go first. */
export const CARRIERS: readonly string[] = ["gateway", "central"];
/** The parts that can wait let all this go first. */
export const FIRST: readonly string[] = [...CARRIERS, "first-train"];

/** What the choices of a start leave open. */
export interface ProgramSettings {
  readonly addresses: Endpoints;
  readonly portOf: (name: string) => number;
  /** Passed on to the simulator, for example `["--speed", "120"]`. */
  readonly simulatorArgs: readonly string[];
  /** What the page is about, where the simulator runs a part of the city: variables of the dashboard. */
  readonly watched: Readonly<Record<string, string>>;
}

/**
 * Our own programs, with what each needs to start and whom it feeds.
 *
 * What can wait or keep its data by itself needs nothing and starts at once: devices and agents fill their memories,
 * the page says what is still missing.
 */
export function programs({
  addresses,
  portOf,
  simulatorArgs,
  watched,
}: ProgramSettings): readonly NodeProgram[] {
  const probed = (part: string): Pick<NodeProgram, "probe" | "env"> => {
    const port = portOf(probeOf(part));
    return { probe: `http://127.0.0.1:${port}/readyz`, env: { PROBE_PORT: String(port) } };
  };
  const service = { kind: "service", args: [], feeds: [], url: null } as const;
  const task = { kind: "task", feeds: [], url: null, probe: null, env: {} } as const;
  return [
    {
      ...service,
      name: "dashboard",
      needs: [],
      entry: "central/main.ts",
      args: ["dashboard"],
      url: addresses.DASHBOARD_URL,
      probe: `${addresses.DASHBOARD_URL}/healthz`,
      env: { DASHBOARD_PORT: String(portOf("dashboard")), ...watched },
    },
    {
      ...service,
      name: "schema-registry",
      needs: ["topics"],
      entry: "infra/servers/schema-registry/main.ts",
      url: addresses.SCHEMA_REGISTRY_URL,
      probe: `${addresses.SCHEMA_REGISTRY_URL}/subjects`,
      env: { SCHEMA_REGISTRY_PORT: String(portOf("schema-registry")) },
    },
    {
      ...service,
      name: "rest-proxy",
      needs: ["topics", "schema-registry"],
      yieldsTo: FIRST,
      entry: "infra/servers/rest-proxy/main.ts",
      url: addresses.REST_PROXY_URL,
      probe: `${addresses.REST_PROXY_URL}/topics`,
      env: { REST_PROXY_PORT: String(portOf("rest-proxy")) },
    },
    {
      ...service,
      name: "ksql",
      needs: ["topics", "schema-registry"],
      yieldsTo: FIRST,
      entry: "infra/servers/ksql/main.ts",
      url: addresses.KSQLDB_URL,
      probe: `${addresses.KSQLDB_URL}/info`,
      env: { KSQL_PORT: String(portOf("ksql")) },
    },
    {
      ...service,
      ...withProbe("gateway", { MQTT_PORT: String(portOf("gateway")) }),
      name: "gateway",
      needs: ["topics", "schema-registry"],
      feeds: ["central"],
      entry: "gateway/main.ts",
      args: ["mqtt"],
      url: addresses.MQTT_URL,
    },
    {
      ...service,
      ...probed("edge"),
      name: "edge",
      needs: [],
      yieldsTo: ["kafka"],
      feeds: ["gateway"],
      entry: "edge/main.ts",
      args: ["--all"],
    },
    {
      ...service,
      name: "firmware-sim",
      needs: [],
      yieldsTo: ["kafka"],
      feeds: ["edge", "rest-proxy"],
      entry: "firmware-sim/main.ts",
      args: simulatorArgs,
      url: addresses.FIRMWARE_SIM_URL,
      ...withProbe("firmware-sim", { FIRMWARE_SIM_PORT: String(portOf("firmware-sim")) }),
    },
    {
      ...service,
      ...probed("central"),
      name: "central",
      needs: ["topics", "schema-registry"],
      entry: "central/main.ts",
      args: ["dedup", "stations", "telemetry"],
    },
    {
      ...service,
      ...probed("audit"),
      name: "audit",
      needs: ["topics", "schema-registry"],
      yieldsTo: FIRST,
      entry: "central/main.ts",
      args: ["audit"],
    },
    {
      ...service,
      ...withProbe("fleet-ingest", { FLEET_PORT: String(portOf("fleet-ingest")) }),
      name: "fleet-ingest",
      needs: ["topics"],
      yieldsTo: FIRST,
      feeds: ["central"],
      entry: "gateway/main.ts",
      args: ["http"],
      url: addresses.FLEET_URL,
    },
    {
      ...task,
      name: "connectors",
      needs: ["connect", "database", "topics"],
      entry: "central/connect/main.ts",
      args: ["apply"],
    },
    {
      ...task,
      name: "queries",
      needs: ["ksql", "topics"],
      entry: "central/ksql/main.ts",
      args: ["apply"],
    },
  ];

  function withProbe(part: string, env: Record<string, string>): Pick<NodeProgram, "probe" | "env"> {
    const { probe, env: probeEnv } = probed(part);
    return { probe, env: { ...env, ...probeEnv } };
  }
}

/** Parts that get a port for their probe beside the one they serve on. */
export const PROBED: readonly string[] = [
  "gateway",
  "edge",
  "firmware-sim",
  "central",
  "audit",
  "fleet-ingest",
];
