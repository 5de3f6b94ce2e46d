import { z } from "zod";
import { accessSettings } from "../../runtime/http/access-settings.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { port, topicPrefix } from "../../runtime/service/config.ts";
import { defaultPort } from "../../runtime/service/endpoints.ts";

export const registryServerSettings = z.object({
  ...kafkaSettings,
  SCHEMA_REGISTRY_PORT: port
    .default(defaultPort("SCHEMA_REGISTRY_URL"))
    .describe("Where to listen; 0 takes any free port."),
  SCHEMA_REGISTRY_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address to listen on; 0.0.0.0 for everybody."),
  ...accessSettings,
  TOPIC_PREFIX: topicPrefix,
});
