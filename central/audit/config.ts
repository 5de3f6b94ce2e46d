import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { postgresSettings } from "../../infra/runtime/security/postgres.ts";
import { readConfig, topicPrefix } from "../../infra/runtime/service/config.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";
import { dedupSettings } from "../dedup/config.ts";

export const auditSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
  /** The same setting: what dedup does not write is not looked for. */
  DEDUP_STATION_TOPICS: dedupSettings.shape.DEDUP_STATION_TOPICS,
});

/** @throws {CodedError} CONFIG_INVALID */
export function auditConfig(env: Environment): Readonly<z.output<typeof auditSettings>> {
  return readConfig(auditSettings, env);
}
