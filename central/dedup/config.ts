import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { flag, readConfig, topicPrefix } from "../../infra/runtime/service/config.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";

export const dedupSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
  DEDUP_STATION_TOPICS: flag
    .default(true)
    .describe("1: also write each clean record to its station's own topic."),
});

type DedupConfig = z.output<typeof dedupSettings>;

/** @throws {CodedError} CONFIG_INVALID */
export function dedupConfig(env: Environment): Readonly<DedupConfig> {
  return readConfig(dedupSettings, env);
}
