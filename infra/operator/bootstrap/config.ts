import { z } from "zod";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { postgresSettings } from "../../runtime/security/postgres.ts";
import { logLevel, readConfig, topicPrefix } from "../../runtime/service/config.ts";
import type { Environment } from "../../runtime/service/environment.ts";

export const bootstrapSettings = z.object({
  ...kafkaSettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
  LOG_LEVEL: logLevel,
});

/** @throws {CodedError} CONFIG_INVALID */
export function bootstrapConfig(env: Environment): Readonly<z.output<typeof bootstrapSettings>> {
  return readConfig(bootstrapSettings, env);
}
