import { z } from "zod";
import { logLevel, probeSettings, readConfig } from "../infra/runtime/service/config.ts";
import type { Environment } from "../infra/runtime/service/environment.ts";

export const centralSettings = z.object({
  LOG_LEVEL: logLevel,
  ...probeSettings,
});

/** What belongs to the process; each role reads its own settings by its own `config.ts`. */
export type CentralConfig = z.output<typeof centralSettings>;

/** @throws {CodedError} CONFIG_INVALID */
export function centralConfig(env: Environment): Readonly<CentralConfig> {
  return readConfig(centralSettings, env);
}
