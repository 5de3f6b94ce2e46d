import { z } from "zod";
import { ksqlSettings, registrySettings } from "../../infra/runtime/security/http.ts";
import { topicPrefix } from "../../infra/runtime/service/config.ts";

export const ksqlClientConfig = z.object({
  ...ksqlSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});
