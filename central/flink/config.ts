import { z } from "zod";
import { flinkSettings, registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { topicPrefix } from "../../infra/runtime/service/config.ts";

export const flinkClientConfig = z.object({
  ...flinkSettings,
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});
