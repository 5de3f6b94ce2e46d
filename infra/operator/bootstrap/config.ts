import { z } from "zod";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { postgresSettings } from "../../runtime/security/postgres.ts";
import { type Environment, logLevel, readConfig, topicPrefix } from "../../runtime/service/config.ts";
import { resolveEndpoints } from "../../runtime/service/endpoints.ts";

export const bootstrapSettings = z.object({
  ...kafkaSettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
  LOG_LEVEL: logLevel,
});

/** @throws {CodedError} CONFIG_INVALID */
export function bootstrapConfig(env: Environment): Readonly<z.output<typeof bootstrapSettings>> {
  const { KAFKA_BROKERS, POSTGRES_URL } = resolveEndpoints(env);
  return readConfig(bootstrapSettings, { ...env, KAFKA_BROKERS, POSTGRES_URL });
}
