import { z } from "zod";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { postgresSettings } from "../../runtime/security/postgres.ts";
import { topicPrefix } from "../../runtime/service/config.ts";

export const bootstrapSettings = z.object({
  ...kafkaSettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
});
