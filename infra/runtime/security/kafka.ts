import { z } from "zod";
import type { CodedError } from "../../../schemas/errors.ts";
import { defined } from "../defined.ts";
import { brokerList, flag, readConfig } from "../service/config.ts";
import type { Environment } from "../service/environment.ts";
import { invalidSetting } from "../service/invalid-setting.ts";
import { fileOf } from "../service/setting-files.ts";

/** Every setting of a connection to Kafka: spread into a service's schema. */
export const kafkaSettings = {
  KAFKA_BROKERS: brokerList.describe("Brokers to ask first: `host:port`, separated by commas."),
  KAFKA_SASL_MECHANISM: z
    .enum(["plain", "scram-sha-256", "scram-sha-512"], {
      error: "one of plain, scram-sha-256, scram-sha-512",
    })
    .optional()
    .describe("How to log in to Kafka: plain, scram-sha-256 or scram-sha-512; not set: no login."),
  KAFKA_SASL_USERNAME: z.string().optional().describe("The login's user."),
  KAFKA_SASL_PASSWORD: z.string().optional().describe("The login's password."),
  KAFKA_TLS: flag
    .default(false)
    .describe("1: encrypt the connection, trusting the system's authorities or KAFKA_TLS_CA_FILE."),
  KAFKA_TLS_CA_FILE: z
    .string()
    .optional()
    .describe("The authority that signed the brokers' certificates, PEM."),
  KAFKA_TLS_CERT_FILE: z.string().optional().describe("The certificate of this client, PEM."),
  KAFKA_TLS_KEY_FILE: z.string().optional().describe("The private key of that certificate, PEM."),
} as const;

const schema = z.object(kafkaSettings);

type KafkaSettings = z.output<typeof schema>;

type Login =
  | { readonly mechanism: "plain"; readonly username: string; readonly password: string }
  | { readonly mechanism: "scram-sha-256"; readonly username: string; readonly password: string }
  | { readonly mechanism: "scram-sha-512"; readonly username: string; readonly password: string };

/** How to reach a cluster, and as whom. */
export interface KafkaAccess {
  readonly brokers: readonly string[];
  readonly ssl?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly sasl?: Login;
}

/**
 * What the settings say of the cluster, with certificates read.
 *
 * @throws {CodedError} CONFIG_INVALID where settings contradict each other or a file cannot be read.
 */
export function kafkaAccess(settings: KafkaSettings): KafkaAccess {
  const ssl = tls(settings);
  const sasl = login(settings);
  return { brokers: settings.KAFKA_BROKERS, ...defined({ ssl, sasl }) };
}

/**
 * The same from the environment, for what has no other settings.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export function kafkaAccessOf(env: Environment): KafkaAccess {
  return kafkaAccess(readConfig(schema, env));
}

function login(settings: KafkaSettings): Login | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = settings;
  if (mechanism === undefined) {
    if (KAFKA_SASL_USERNAME === undefined && KAFKA_SASL_PASSWORD === undefined) return undefined;
    throw contradiction(
      "KAFKA_SASL_MECHANISM",
      "there is a user or a password: say which login they are for",
    );
  }
  if (KAFKA_SASL_USERNAME === undefined)
    throw contradiction("KAFKA_SASL_USERNAME", `${mechanism} needs a user`);
  if (KAFKA_SASL_PASSWORD === undefined)
    throw contradiction("KAFKA_SASL_PASSWORD", `${mechanism} needs a password`);
  return { mechanism, username: KAFKA_SASL_USERNAME, password: KAFKA_SASL_PASSWORD };
}

function tls(settings: KafkaSettings): KafkaAccess["ssl"] {
  const named = ["KAFKA_TLS_CA_FILE", "KAFKA_TLS_CERT_FILE", "KAFKA_TLS_KEY_FILE"] as const;
  const [ca, cert, key] = named.map((name) => settings[name]);
  if (!settings.KAFKA_TLS) {
    const set = named.find((name) => settings[name] !== undefined);
    if (set) throw contradiction("KAFKA_TLS", `${set} is set: also set KAFKA_TLS=1, or leave both out`);
    return undefined;
  }
  if (cert !== undefined && key === undefined)
    throw contradiction("KAFKA_TLS_KEY_FILE", "a certificate needs its key");
  if (key !== undefined && cert === undefined)
    throw contradiction("KAFKA_TLS_CERT_FILE", "a key needs its certificate");
  const read = (name: (typeof named)[number], file: string | undefined): Buffer | undefined =>
    file === undefined ? undefined : fileOf(name, file);
  return defined({ ca: read(named[0], ca), cert: read(named[1], cert), key: read(named[2], key) });
}

function contradiction(variable: string, problem: string): CodedError {
  return invalidSetting(variable, `is not set: ${problem}`);
}
