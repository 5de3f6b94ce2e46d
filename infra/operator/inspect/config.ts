import { z } from "zod";
import { registrySettings } from "../../runtime/security/http.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { logLevel, readConfig, topicPrefix } from "../../runtime/service/config.ts";
import type { Environment } from "../../runtime/service/environment.ts";

export const inspectSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
  LOG_LEVEL: logLevel,
});

/** @throws {CodedError} CONFIG_INVALID */
export function inspectConfig(env: Environment): Readonly<z.output<typeof inspectSettings>> {
  return readConfig(inspectSettings, env);
}
