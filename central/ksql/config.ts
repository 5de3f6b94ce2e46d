import { z } from "zod";
import { httpUrl, logLevel } from "../../infra/runtime/config.ts";

export const ksqlClientConfig = z.object({
  KSQLDB_URL: httpUrl,
  SCHEMA_REGISTRY_URL: httpUrl,
  TOPIC_PREFIX: z.string().default(""),
  LOG_LEVEL: logLevel,
});
