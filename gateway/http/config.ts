import { z } from "zod";
import { brokerList, type Environment, logLevel, port, readConfig } from "../../infra/runtime/config.ts";
import { resolveEndpoints } from "../../infra/runtime/endpoints.ts";

const count = (min: number, max: number) =>
  z.coerce.number({ error: "give a number" }).int("give a whole number").min(min).max(max);

const schema = z.object({
  FLEET_HOST: z.string().default("127.0.0.1"),
  /** The port that vehicles post to; 0 takes any free one. */
  FLEET_PORT: port.default(5001),
  /** A line per vehicle: its id and the SHA-256 of its key. Not set: any vehicle may send. */
  FLEET_API_KEYS_FILE: z.string().optional(),
  /** The longest that a POST waits for Kafka, ms. */
  FLEET_PATIENCE_MS: count(500, 60_000).default(10_000),
  /** For a request to arrive whole, ms. */
  FLEET_REQUEST_MS: count(500, 60_000).default(10_000),
  FLEET_MAX_CONNECTIONS: count(1, 100_000).default(8_192),
  /** What may be read or on its way to Kafka in all. */
  FLEET_MAX_WAITING_MB: count(1, 4_096).default(32),
  KAFKA_BROKERS: brokerList,
  TOPIC_PREFIX: z.string().default(""),
  LOG_LEVEL: logLevel,
});

export type IngestConfig = Readonly<z.output<typeof schema>>;

/** @throws {CodedError} CONFIG_INVALID */
export function ingestConfig(env: Environment): IngestConfig {
  const { KAFKA_BROKERS } = resolveEndpoints(env);
  return readConfig(schema, { ...env, KAFKA_BROKERS });
}
