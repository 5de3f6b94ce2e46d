import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { type Environment, readConfig, topicPrefix } from "../../infra/runtime/service/config.ts";
import { resolveEndpoints } from "../../infra/runtime/service/endpoints.ts";

export const stationsSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});

/** @throws {CodedError} CONFIG_INVALID */
export function stationsConfig(env: Environment): Readonly<z.output<typeof stationsSettings>> {
  return readConfig(stationsSettings, { ...resolveEndpoints(env), ...env });
}
