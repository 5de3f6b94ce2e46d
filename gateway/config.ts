import { z } from "zod";
import {
  type Environment,
  logLevel,
  port,
  probePort,
  readConfig,
  topicPrefix,
} from "../infra/runtime/config.ts";
import { resolveEndpoints } from "../infra/runtime/endpoints.ts";
import { type HttpAccess, httpAccess, registrySettings } from "../infra/runtime/security/http.ts";
import { type KafkaAccess, kafkaAccess, kafkaSettings } from "../infra/runtime/security/kafka.ts";
import { CodedError } from "../schemas/errors.ts";
import { LIMITS } from "../schemas/mqtt.ts";

/** What a record costs in Kafka beside its payload: key, header, framing. */
const RECORD_OVERHEAD = 1024;

const count = (min: number, max: number) =>
  z.coerce.number({ error: "give a number" }).int("give a whole number").min(min).max(max);

export const gatewaySettings = z.object({
  MQTT_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address agents connect to; 0.0.0.0 for everybody."),
  MQTT_PORT: port.default(1883).describe("The port agents connect to; 0 takes any free one."),
  MQTT_CREDENTIALS_FILE: z
    .string()
    .optional()
    .describe("The passwords' hashes, one line per agent; required unless MQTT_HOST is loopback."),
  MQTT_MAX_CONNECTIONS: count(1, 100_000).default(8_192).describe("Connections at once, at most."),
  MQTT_MAX_PAYLOAD: count(LIMITS.batchBytes + 1, LIMITS.recordBytes - RECORD_OVERHEAD)
    .default(LIMITS.payloadBytes)
    .describe("Bytes of one PUBLISH, at most."),
  MQTT_MAX_IN_FLIGHT: count(1, 65_535)
    .default(1_024)
    .describe("PUBLISHes of one connection without their PUBACK, at most."),
  GATEWAY_MAX_WAITING_MB: count(1, 4_096).default(32).describe("What may wait for Kafka in all, MB."),
  MQTT_CONNECT_MS: count(100, 60_000)
    .default(10_000)
    .describe("The longest that a connection may be without a CONNECT, ms."),
  GATEWAY_PATIENCE_MS: count(500, 60_000)
    .default(10_000)
    .describe("The longest that a PUBLISH waits for Kafka before its connection is closed, ms."),
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
  PROBE_PORT: probePort,
  LOG_LEVEL: logLevel,
});

/** The settings of `gateway`, from the environment. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  /** Absent: any password passes, which only loopback allows. */
  readonly credentialsFile: string | undefined;
  readonly maxConnections: number;
  readonly maxPayloadBytes: number;
  readonly maxInFlight: number;
  readonly maxWaitingBytes: number;
  /** The longest that a PUBLISH waits for Kafka before its connection is closed, ms. */
  readonly patienceMs: number;
  /** The longest that a connection may be without a CONNECT, ms. */
  readonly connectMs: number;
  readonly kafka: KafkaAccess;
  readonly registry: HttpAccess;
  readonly topicPrefix: string;
  readonly probePort: number | undefined;
  readonly logLevel: string;
}

/** @throws {CodedError} CONFIG_INVALID */
export function gatewayConfig(env: Environment): GatewayConfig {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = resolveEndpoints(env);
  const values = readConfig(gatewaySettings, { ...env, KAFKA_BROKERS, SCHEMA_REGISTRY_URL });
  if (values.MQTT_CREDENTIALS_FILE === undefined && !isLoopback(values.MQTT_HOST)) {
    throw new CodedError("CONFIG_INVALID", {
      message:
        `MQTT_HOST is "${values.MQTT_HOST}", which others reach, and there are no passwords: set ` +
        "MQTT_CREDENTIALS_FILE (fill it with: npm run gateway -- credentials add <station>) or listen on 127.0.0.1",
      retryable: false,
      context: { variable: "MQTT_HOST", value: values.MQTT_HOST },
    });
  }
  return {
    host: values.MQTT_HOST,
    port: values.MQTT_PORT,
    credentialsFile: values.MQTT_CREDENTIALS_FILE,
    maxConnections: values.MQTT_MAX_CONNECTIONS,
    maxPayloadBytes: values.MQTT_MAX_PAYLOAD,
    maxInFlight: values.MQTT_MAX_IN_FLIGHT,
    maxWaitingBytes: values.GATEWAY_MAX_WAITING_MB * 2 ** 20,
    patienceMs: values.GATEWAY_PATIENCE_MS,
    connectMs: values.MQTT_CONNECT_MS,
    kafka: kafkaAccess(values),
    registry: httpAccess("SCHEMA_REGISTRY", values),
    topicPrefix: values.TOPIC_PREFIX,
    probePort: values.PROBE_PORT,
    logLevel: values.LOG_LEVEL,
  };
}

/** Can only this machine reach it? */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
