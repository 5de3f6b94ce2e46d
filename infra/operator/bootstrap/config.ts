import { z } from "zod";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { postgresSettings } from "../../runtime/security/postgres.ts";
import { topicPrefix } from "../../runtime/service/config.ts";

export const bootstrapSettings = z.object({
  ...kafkaSettings,
  ...postgresSettings,
  POSTGRES_ADMIN_PASSWORD: z
    .string()
    .optional()
    .describe(
      "The password of PostgreSQL's role elevated_admin, a superuser: then the role of POSTGRES_URL is made first, without such rights. Not set: that role is there already.",
    ),
  TOPIC_PREFIX: topicPrefix,
});
