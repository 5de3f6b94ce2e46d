import { z } from "zod";
import { logLevel, topicPrefix } from "../../infra/runtime/config.ts";
import { ksqlSettings, registrySettings } from "../../infra/runtime/security/http.ts";

export const ksqlClientConfig = z.object({
  ...ksqlSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
  LOG_LEVEL: logLevel,
});
