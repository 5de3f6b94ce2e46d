import { existsSync } from "node:fs";
import { z } from "zod";
import { systemClock } from "../infra/runtime/clock.ts";
import { isLoopback } from "../infra/runtime/http/loopback.ts";
import { secretFilesOf } from "../infra/runtime/security/agent-secrets.ts";
import { authoritiesOf, keyPairOf } from "../infra/runtime/security/certificates.ts";
import { type HttpAccess, httpAccess, registrySettings } from "../infra/runtime/security/http.ts";
import { type KafkaAccess, kafkaAccess, kafkaSettings } from "../infra/runtime/security/kafka.ts";
import { port, readConfig, topicPrefix, wholeNumber } from "../infra/runtime/service/config.ts";
import { defaultPort, homeOf } from "../infra/runtime/service/endpoints.ts";
import type { Environment } from "../infra/runtime/service/environment.ts";
import { invalidSetting } from "../infra/runtime/service/invalid-setting.ts";
import { LIMITS } from "../schemas/mqtt.ts";
import type { ServerCertificates } from "./broker/certificates.ts";
import type { ListenOptions } from "./broker/listener.ts";

/** How often certificates are looked at for their renewal, ms. */
const RENEWAL_MS = 30_000;

export const gatewaySettings = z.object({
  MQTT_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address agents connect to; 0.0.0.0 for everybody."),
  MQTT_PORT: z
    .union([z.literal("off"), port], { error: "give a port number, or off" })
    .default(defaultPort("MQTT_URL"))
    .describe("The port agents connect to; 0 takes any free one, `off` leaves only the encrypted ones."),
  MQTT_CREDENTIALS_FILE: z
    .string()
    .optional()
    .describe(
      "The passwords' hashes by agent; not set: the home's own (`secrets/mqtt-credentials.json`), which `npm start` " +
        "makes. Without either, and without MQTT_TLS_CLIENT_CA_FILE, any password passes, on loopback only.",
    ),
  MQTT_TLS_PORT: port
    .default(8883)
    .describe("The port of MQTT over TLS, served when MQTT_TLS_CERT_FILE is set; 0 takes any free one."),
  MQTT_TLS_CERT_FILE: z
    .string()
    .optional()
    .describe("This gateway's certificate, PEM, with the intermediate ones behind it."),
  MQTT_TLS_KEY_FILE: z.string().optional().describe("The private key of that certificate, PEM."),
  MQTT_TLS_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe(
      "The authority that signs agents' certificates, PEM: with one, whose CN is the station's id, no password is needed.",
    ),
  MQTT_WS_PORT: port
    .optional()
    .describe("The port of MQTT over WebSocket, for browsers; not set: not served; 0 takes any free one."),
  MQTT_WSS_PORT: port.optional().describe("The same over TLS, with MQTT_TLS_CERT_FILE."),
  MQTT_MAX_CONNECTIONS: wholeNumber(1, 100_000).default(8_192).describe("Connections at once, at most."),
  MQTT_MAX_PAYLOAD: wholeNumber(LIMITS.batchBytes + 1, LIMITS.recordBytes - LIMITS.recordOverheadBytes)
    .default(LIMITS.payloadBytes)
    .describe("Bytes of one PUBLISH, at most."),
  MQTT_MAX_IN_FLIGHT: wholeNumber(1, 65_535)
    .default(1_024)
    .describe("PUBLISHes of one connection without their PUBACK, at most."),
  GATEWAY_MAX_WAITING_MB: wholeNumber(1, 4_096).default(32).describe("What may wait for Kafka in all, MB."),
  MQTT_CONNECT_MS: wholeNumber(100, 60_000)
    .default(10_000)
    .describe("The longest that a connection may be without a CONNECT, ms."),
  GATEWAY_PATIENCE_MS: wholeNumber(500, 60_000)
    .default(10_000)
    .describe("The longest that a PUBLISH waits for Kafka before its connection is closed, ms."),
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});

/** The settings of `gateway`, from the environment. */
export interface GatewayConfig {
  readonly host: string;
  /** Of MQTT without encryption; undefined: not served. */
  readonly port: number | undefined;
  /** Of MQTT over TLS; undefined: not served. */
  readonly tls: ListenOptions["tls"];
  /** Of MQTT over WebSocket without encryption; undefined: not served. */
  readonly webSocketPort: number | undefined;
  readonly credentialsFile: string | undefined;
  /** Neither passwords nor certificates are asked for, which only loopback allows. */
  readonly open: boolean;
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
}

/**
 * @param now - epoch ms, against which certificates are checked.
 * @throws {CodedError} CONFIG_INVALID
 */
export function gatewayConfig(env: Environment, now: number = systemClock.now()): GatewayConfig {
  const values = readConfig(gatewaySettings, env);
  const tls = tlsOf(values, now);
  const own = secretFilesOf(homeOf(env)).credentials;
  const credentialsFile = values.MQTT_CREDENTIALS_FILE ?? (existsSync(own) ? own : undefined);
  const open = credentialsFile === undefined && tls?.certificates.clientAuthorities === undefined;
  if (open && !isLoopback(values.MQTT_HOST)) {
    throw invalidSetting(
      "MQTT_HOST",
      `is "${values.MQTT_HOST}", which others reach, and there are no passwords: set MQTT_CREDENTIALS_FILE (fill it ` +
        "with: npm run gateway -- credentials add <station>) or MQTT_TLS_CLIENT_CA_FILE, or listen on 127.0.0.1",
    );
  }
  return {
    host: values.MQTT_HOST,
    port: values.MQTT_PORT === "off" ? undefined : values.MQTT_PORT,
    tls,
    webSocketPort: values.MQTT_WS_PORT,
    credentialsFile,
    open,
    maxConnections: values.MQTT_MAX_CONNECTIONS,
    maxPayloadBytes: values.MQTT_MAX_PAYLOAD,
    maxInFlight: values.MQTT_MAX_IN_FLIGHT,
    maxWaitingBytes: values.GATEWAY_MAX_WAITING_MB * 2 ** 20,
    patienceMs: values.GATEWAY_PATIENCE_MS,
    connectMs: values.MQTT_CONNECT_MS,
    kafka: kafkaAccess(values),
    registry: httpAccess("SCHEMA_REGISTRY", values),
    topicPrefix: values.TOPIC_PREFIX,
  };
}

function tlsOf(values: z.output<typeof gatewaySettings>, now: number): GatewayConfig["tls"] {
  const { MQTT_TLS_CERT_FILE: cert, MQTT_TLS_KEY_FILE: key, MQTT_TLS_CLIENT_CA_FILE: clientCa } = values;
  if (cert === undefined) {
    const needs = ["MQTT_TLS_KEY_FILE", "MQTT_TLS_CLIENT_CA_FILE", "MQTT_WSS_PORT"] as const;
    const needing = needs.find((name) => values[name] !== undefined);
    if (needing) throw invalidSetting("MQTT_TLS_CERT_FILE", `is not set: ${needing} needs it`);
    if (values.MQTT_PORT === "off" && values.MQTT_WS_PORT === undefined)
      throw invalidSetting("MQTT_PORT", "is off, and without MQTT_TLS_CERT_FILE nothing else is served");
    return undefined;
  }
  if (key === undefined) throw invalidSetting("MQTT_TLS_KEY_FILE", "is not set: a certificate needs its key");
  const read = (at: number): ServerCertificates => ({
    own: keyPairOf(
      { variable: "MQTT_TLS_CERT_FILE", path: cert },
      { variable: "MQTT_TLS_KEY_FILE", path: key },
      at,
    ),
    clientAuthorities:
      clientCa === undefined
        ? undefined
        : authoritiesOf({ variable: "MQTT_TLS_CLIENT_CA_FILE", path: clientCa }, at),
  });
  return {
    port: values.MQTT_TLS_PORT,
    webSocketPort: values.MQTT_WSS_PORT,
    certificates: read(now),
    files: {
      paths: clientCa === undefined ? [cert, key] : [cert, key, clientCa],
      read: () => read(systemClock.now()),
      everyMs: RENEWAL_MS,
    },
  };
}
