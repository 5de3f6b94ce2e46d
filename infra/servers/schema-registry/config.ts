import { z } from "zod";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { logLevel, port, readConfig, topicPrefix } from "../../runtime/service/config.ts";
import type { Environment } from "../../runtime/service/environment.ts";

export const registryServerSettings = z.object({
  ...kafkaSettings,
  SCHEMA_REGISTRY_PORT: port.default(8081).describe("Where to listen; 0 takes any free port."),
  SCHEMA_REGISTRY_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address to listen on; 0.0.0.0 for everybody."),
  TOPIC_PREFIX: topicPrefix,
  LOG_LEVEL: logLevel,
});

export type RegistryConfig = Readonly<z.output<typeof registryServerSettings>>;

/** @throws {CodedError} CONFIG_INVALID */
export function registryConfig(env: Environment): RegistryConfig {
  return readConfig(registryServerSettings, env);
}
