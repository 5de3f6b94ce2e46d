import { z } from "zod";
import { connectSettings, ksqlSettings, registrySettings } from "../../runtime/security/http.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";

export const courseSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  ...connectSettings,
  ...ksqlSettings,
});
