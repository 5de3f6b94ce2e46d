import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { readConfig, topicPrefix } from "../../infra/runtime/service/config.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";

export const stationsSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});

/** @throws {CodedError} CONFIG_INVALID */
export function stationsConfig(env: Environment): Readonly<z.output<typeof stationsSettings>> {
  return readConfig(stationsSettings, env);
}
