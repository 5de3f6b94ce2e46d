import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { postgresSettings } from "../../infra/runtime/security/postgres.ts";
import { topicPrefix, wholeNumber } from "../../infra/runtime/service/config.ts";

export const stationsSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  ...postgresSettings,
  STATIONS_RECONCILE_S: wholeNumber(0, 3_600)
    .default(15)
    .describe("How often the table in PostgreSQL is compared with Connect's topic, s; 0: never."),
  TOPIC_PREFIX: topicPrefix,
});
