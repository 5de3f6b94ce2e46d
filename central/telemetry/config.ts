import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { postgresSettings } from "../../infra/runtime/security/postgres.ts";
import { readConfig, topicPrefix } from "../../infra/runtime/service/config.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";

export const telemetrySettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
});

/** @throws {CodedError} CONFIG_INVALID */
export function telemetryConfig(env: Environment): Readonly<z.output<typeof telemetrySettings>> {
  return readConfig(telemetrySettings, env);
}
