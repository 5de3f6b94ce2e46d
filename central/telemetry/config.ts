import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { postgresSettings } from "../../infra/runtime/security/postgres.ts";
import { topicPrefix } from "../../infra/runtime/service/config.ts";

export const telemetrySettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  ...postgresSettings,
  TOPIC_PREFIX: topicPrefix,
});
