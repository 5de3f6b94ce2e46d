import { z } from "zod";
import { accessSettings } from "../../infra/runtime/http/access-settings.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { port, topicPrefix, wholeNumber } from "../../infra/runtime/service/config.ts";
import { defaultPort } from "../../infra/runtime/service/endpoints.ts";

export const ingestSettings = z.object({
  FLEET_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address vehicles post to; 0.0.0.0 for everybody."),
  FLEET_PORT: port
    .default(defaultPort("FLEET_URL"))
    .describe("The port that vehicles post to; 0 takes any free one."),
  FLEET_API_KEYS_FILE: z
    .string()
    .optional()
    .describe("A line per vehicle: its id and the SHA-256 of its key; not set: any vehicle may send."),
  FLEET_PATIENCE_MS: wholeNumber(500, 60_000)
    .default(10_000)
    .describe("The longest that a POST waits for Kafka, ms."),
  FLEET_REQUEST_MS: wholeNumber(500, 60_000).default(10_000).describe("For a request to arrive whole, ms."),
  FLEET_MAX_CONNECTIONS: wholeNumber(1, 100_000).default(8_192).describe("Connections at once, at most."),
  FLEET_MAX_WAITING_MB: wholeNumber(1, 4_096)
    .default(32)
    .describe("What may be read or on its way to Kafka in all, MB."),
  ...accessSettings,
  ...kafkaSettings,
  TOPIC_PREFIX: topicPrefix,
});

export type IngestConfig = Readonly<z.output<typeof ingestSettings>>;
