import { z } from "zod";
import { type Environment, logLevel, readConfig, topicPrefix } from "../runtime/config.ts";
import { resolveEndpoints } from "../runtime/endpoints.ts";
import { registrySettings } from "../runtime/security/http.ts";
import { kafkaSettings } from "../runtime/security/kafka.ts";

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
