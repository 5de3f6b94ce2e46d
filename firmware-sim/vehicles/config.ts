import { join } from "node:path";
import { z } from "zod";
import { fleetTokenSetting } from "../../infra/runtime/security/http.ts";
import {
  type PostgresAccess,
  postgresAccess,
  postgresSettings,
} from "../../infra/runtime/security/postgres.ts";
import { httpUrl, readConfig } from "../../infra/runtime/service/config.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";

export const fleetSettings = z.object({
  FLEET_URL: httpUrl.describe("Where vehicles post."),
  ...fleetTokenSetting,
  FLEET_API_KEY: z.string().optional().describe("Sent with each event, where the ingest asks for keys."),
  ...postgresSettings,
});

interface FleetConfig {
  readonly apiKey: string | undefined;
  readonly token: string | undefined;
  /** Where vehicles post. */
  readonly url: string;
  readonly postgres: PostgresAccess;
  /** Tells `stop` and `status` where the running fleet listens. */
  readonly runFile: string;
}

/** @throws {CodedError} CONFIG_INVALID */
export function fleetConfig(env: Environment): FleetConfig {
  const config = readConfig(fleetSettings, env);
  return {
    apiKey: config.FLEET_API_KEY,
    token: config.FLEET_TOKEN,
    url: config.FLEET_URL,
    postgres: postgresAccess(config),
    runFile: join(homeOf(env), "run", "fleet.json"),
  };
}
