import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { postgresSettings } from "../../infra/runtime/security/postgres.ts";
import { readConfig, stationTopics, topicPrefix } from "../../infra/runtime/service/config.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";
import { networkFile } from "../../infra/runtime/service/network-file.ts";

export const auditSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
  NETWORK_FILE: networkFile,
  /** What dedup does not write is not expected. */
  DEDUP_STATION_TOPICS: stationTopics,
});

/** @throws {CodedError} CONFIG_INVALID */
export function auditConfig(env: Environment): Readonly<z.output<typeof auditSettings>> {
  return readConfig(auditSettings, env);
}
