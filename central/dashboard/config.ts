import { z } from "zod";
import { brokerList, type Environment, flag, httpUrl, port, readConfig } from "../../infra/runtime/config.ts";
import { resolveEndpoints } from "../../infra/runtime/endpoints.ts";

const settings = z.object({
  DASHBOARD_PORT: port.default(8888),
  DASHBOARD_HOST: z.string().default("127.0.0.1"),
  KAFKA_BROKERS: brokerList,
  SCHEMA_REGISTRY_URL: httpUrl,
  KSQLDB_URL: httpUrl,
  SUPERVISOR_URL: httpUrl,
  FIRMWARE_SIM_URL: httpUrl,
  /** May the page break things? Not set: on loopback. 1: elsewhere too, with the token. 0: nowhere. */
  DEMO_CONTROLS: flag.optional(),
  DEMO_TOKEN: z.string().min(16, "give at least 16 characters").optional(),
  TOPIC_PREFIX: z.string().default(""),
  /** How far back the page's trains are read at a start. At a service clock slower than 60× give more. */
  DASHBOARD_LOOKBACK_SECONDS: z.coerce
    .number({ error: "give seconds" })
    .positive("give seconds, more than 0")
    .default(15 * 60),
});

const schema = settings.refine((config) => config.DEMO_CONTROLS !== true || config.DEMO_TOKEN !== undefined, {
  path: ["DEMO_TOKEN"],
  message: "DEMO_CONTROLS=1 lets the page break things from anywhere: give a token",
});

export type DashboardConfig = z.output<typeof schema>;

/** @throws {CodedError} CONFIG_INVALID */
export function dashboardConfig(env: Environment): Readonly<DashboardConfig> {
  return readConfig(schema, { ...resolveEndpoints(env), ...env });
}
