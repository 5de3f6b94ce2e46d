import { z } from "zod";
import { brokerList, type Environment, httpUrl, logLevel, port, readConfig } from "../runtime/config.ts";
import { resolveEndpoints } from "../runtime/endpoints.ts";

const schema = z.object({
  KAFKA_BROKERS: brokerList,
  SCHEMA_REGISTRY_URL: httpUrl,
  /** The port of the seeds' proxy; 0 takes any free one. */
  REST_PROXY_PORT: port.default(8082),
  REST_PROXY_HOST: z.string().default("127.0.0.1"),
  /** Bytes of a request's body, at most. */
  REST_PROXY_MAX_BODY: z.coerce
    .number({ error: "give a number of bytes" })
    .int("give a whole number of bytes")
    .min(1024, "a body of less than 1024 bytes holds no batch")
    .max(256 * 1024 * 1024, "bodies are held in memory: 256 MiB at most")
    .default(8 * 1024 * 1024),
  LOG_LEVEL: logLevel,
});

export type ProxyConfig = Readonly<z.output<typeof schema>>;

/** @throws {CodedError} CONFIG_INVALID */
export function proxyConfig(env: Environment): ProxyConfig {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = resolveEndpoints(env);
  return readConfig(schema, { ...env, KAFKA_BROKERS, SCHEMA_REGISTRY_URL });
}
