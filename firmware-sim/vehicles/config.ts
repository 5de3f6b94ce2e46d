import { join } from "node:path";
import { z } from "zod";
import { type Environment, logLevel, readConfig } from "../../infra/runtime/config.ts";
import { homeOf, resolveEndpoints } from "../../infra/runtime/endpoints.ts";

const settings = z.object({
  LOG_LEVEL: logLevel,
  /** Sent with each event, where the ingest asks for keys. */
  FLEET_API_KEY: z.string().optional(),
});

interface FleetConfig {
  readonly logLevel: string;
  readonly apiKey: string | undefined;
  /** Where vehicles post. */
  readonly url: string;
  readonly postgresUrl: string;
  /** Tells `stop` and `status` where the running fleet listens. */
  readonly runFile: string;
}

/** @throws {CodedError} CONFIG_INVALID */
export function fleetConfig(env: Environment): FleetConfig {
  const { LOG_LEVEL, FLEET_API_KEY } = readConfig(settings, env);
  const endpoints = resolveEndpoints(env);
  return {
    logLevel: LOG_LEVEL,
    apiKey: FLEET_API_KEY,
    url: endpoints.FLEET_URL,
    postgresUrl: endpoints.POSTGRES_URL,
    runFile: join(homeOf(env), "run", "fleet.json"),
  };
}
