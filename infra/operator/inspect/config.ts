import { z } from "zod";
import { registrySettings } from "../../runtime/security/http.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { type Environment, logLevel, readConfig, topicPrefix } from "../../runtime/service/config.ts";
import { resolveEndpoints } from "../../runtime/service/endpoints.ts";

export const inspectSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
  LOG_LEVEL: logLevel,
});

/** @throws {CodedError} CONFIG_INVALID */
export function inspectConfig(env: Environment): Readonly<z.output<typeof inspectSettings>> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = resolveEndpoints(env);
  return readConfig(inspectSettings, { ...env, KAFKA_BROKERS, SCHEMA_REGISTRY_URL });
}
