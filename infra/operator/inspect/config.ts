import { z } from "zod";
import { registrySettings } from "../../runtime/security/http.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { topicPrefix } from "../../runtime/service/config.ts";

export const inspectSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});
