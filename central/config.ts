import { z } from "zod";
import { type Environment, logLevel, port, readConfig } from "../infra/runtime/config.ts";

const schema = z.object({
  LOG_LEVEL: logLevel,
  /** Where `/metrics`, `/healthz` and `/readyz` are served; not set: nowhere. */
  PROBE_PORT: port.optional(),
});

/** What belongs to the process; each role reads its own settings by its own `config.ts`. */
export type CentralConfig = z.output<typeof schema>;

/** @throws {CodedError} CONFIG_INVALID */
export function centralConfig(env: Environment): Readonly<CentralConfig> {
  return readConfig(schema, env);
}
