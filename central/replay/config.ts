import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { topicPrefix } from "../../infra/runtime/service/config.ts";

export const replaySettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});
