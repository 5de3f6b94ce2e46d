import { z } from "zod";
import { brokerList, type Environment, logLevel, port, readConfig } from "../runtime/config.ts";
import { resolveEndpoints } from "../runtime/endpoints.ts";

const schema = z.object({
  KAFKA_BROKERS: brokerList,
  /** The port of the seeds' registry; 0 takes any free one. */
  SCHEMA_REGISTRY_PORT: port.default(8081),
  SCHEMA_REGISTRY_HOST: z.string().default("127.0.0.1"),
  TOPIC_PREFIX: z.string().default(""),
  LOG_LEVEL: logLevel,
});

export type RegistryConfig = Readonly<z.output<typeof schema>>;

/** @throws {CodedError} CONFIG_INVALID */
export function registryConfig(env: Environment): RegistryConfig {
  return readConfig(schema, { ...env, KAFKA_BROKERS: resolveEndpoints(env).KAFKA_BROKERS });
}
