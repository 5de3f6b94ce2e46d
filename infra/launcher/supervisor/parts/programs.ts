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

const SERVICE = { kind: "service", args: [], feeds: [], url: null } as const;
const TASK = { kind: "task", feeds: [], url: null, probe: null, env: {} } as const;

/**
 * Our own programs, with what each needs to start and whom it feeds.
 *
 * What can wait or keep its data by itself needs nothing and starts at once: devices and agents fill their memories,
 * the page says what is still missing.
 */
export function programs(settings: ProgramSettings): readonly NodeProgram[] {
  return [...servers(settings), ...field(settings), ...central(settings), ...vehicles(settings), ...TASKS];
}

type Settings = Pick<ProgramSettings, "addresses" | "portOf">;

/** The page, and what speaks HTTP. */
function servers({ addresses, portOf, watched }: ProgramSettings): readonly NodeProgram[] {
  return [
    {
      ...SERVICE,
      name: "dashboard",
      needs: [],
      entry: "central/main.ts",
      args: ["dashboard"],
      url: addresses.DASHBOARD_URL,
      probe: `${addresses.DASHBOARD_URL}/healthz`,
      env: { DASHBOARD_PORT: String(portOf("dashboard")), ...watched },
    },
    {
      ...SERVICE,
      name: "schema-registry",
      needs: ["topics"],
      entry: "infra/servers/schema-registry/main.ts",
      url: addresses.SCHEMA_REGISTRY_URL,
      probe: `${addresses.SCHEMA_REGISTRY_URL}/subjects`,
      env: { SCHEMA_REGISTRY_PORT: String(portOf("schema-registry")) },
    },
    {
      ...SERVICE,
      name: "rest-proxy",
      needs: ["topics", "schema-registry"],
      yieldsTo: FIRST,
      entry: "infra/servers/rest-proxy/main.ts",
      url: addresses.REST_PROXY_URL,
      probe: `${addresses.REST_PROXY_URL}/topics`,
      env: { REST_PROXY_PORT: String(portOf("rest-proxy")) },
    },
    {
      ...SERVICE,
      name: "ksql",
      needs: ["topics", "schema-registry"],
      yieldsTo: FIRST,
      entry: "infra/servers/ksql/main.ts",
      url: addresses.KSQLDB_URL,
      probe: `${addresses.KSQLDB_URL}/info`,
      env: { KSQL_PORT: String(portOf("ksql")) },
    },
  ];
}

/** From the devices to Kafka. */
function field({ addresses, portOf, simulatorArgs }: ProgramSettings): readonly NodeProgram[] {
  return [
    {
      ...SERVICE,
      ...probed(portOf, "gateway", { MQTT_PORT: String(portOf("gateway")) }),
      name: "gateway",
      needs: ["topics", "schema-registry"],
      feeds: ["central"],
      entry: "gateway/main.ts",
      args: ["mqtt"],
      url: addresses.MQTT_URL,
    },
    {
      ...SERVICE,
      ...probed(portOf, "edge"),
      name: "edge",
      needs: [],
      yieldsTo: ["kafka"],
      feeds: ["gateway"],
      entry: "edge/main.ts",
      args: ["--all"],
    },
    {
      ...SERVICE,
      name: "firmware-sim",
      needs: [],
      yieldsTo: ["kafka"],
      feeds: ["edge", "rest-proxy"],
      entry: "firmware-sim/main.ts",
      args: simulatorArgs,
      url: addresses.FIRMWARE_SIM_URL,
      ...probed(portOf, "firmware-sim", { FIRMWARE_SIM_PORT: String(portOf("firmware-sim")) }),
    },
  ];
}

/** What reads and writes Kafka. */
function central({ portOf }: Settings): readonly NodeProgram[] {
  return [
    {
      ...SERVICE,
      ...probed(portOf, "central"),
      name: "central",
      needs: ["topics", "schema-registry"],
      entry: "central/main.ts",
      args: ["dedup", "stations", "telemetry"],
    },
    {
      ...SERVICE,
      ...probed(portOf, "audit"),
      name: "audit",
      needs: ["topics", "schema-registry"],
      yieldsTo: FIRST,
      entry: "central/main.ts",
      args: ["audit"],
    },
  ];
}

/** From the vehicles to Kafka. */
function vehicles({ addresses, portOf }: Settings): readonly NodeProgram[] {
  return [
    {
      ...SERVICE,
      ...probed(portOf, "fleet-ingest", { FLEET_PORT: String(portOf("fleet-ingest")) }),
      name: "fleet-ingest",
      needs: ["topics"],
      yieldsTo: FIRST,
      feeds: ["central"],
      entry: "gateway/main.ts",
      args: ["http"],
      url: addresses.FLEET_URL,
    },
  ];
}

/** They end once they are done. */
const TASKS: readonly NodeProgram[] = [
  {
    ...TASK,
    name: "connectors",
    needs: ["connect", "database", "topics"],
    entry: "central/connect/main.ts",
    args: ["apply"],
  },
  {
    ...TASK,
    name: "queries",
    needs: ["ksql", "topics"],
    entry: "central/ksql/main.ts",
    args: ["apply"],
  },
  {
    ...TASK,
    name: "flink-queries",
    needs: ["flink-gateway", "flink-taskmanager", "schema-registry", "topics"],
    entry: "central/flink/main.ts",
    args: ["apply"],
  },
];

/** A part's probe on a port of its own, and what tells the part so. */
function probed(
  portOf: Settings["portOf"],
  part: string,
  env: Readonly<Record<string, string>> = {},
): Pick<NodeProgram, "probe" | "env"> {
  const port = portOf(probeOf(part));
  return { probe: `http://127.0.0.1:${port}/readyz`, env: { ...env, PROBE_PORT: String(port) } };
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
