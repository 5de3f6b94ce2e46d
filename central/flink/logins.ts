import type { KafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { quoted } from "./script.ts";

/** Options of a table, each a line of its WITH clause. */
function lines(options: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(options)
    .flatMap(([name, value]) => (value === undefined ? [] : [`'${name}' = '${quoted(value)}',`]))
    .join("\n  ");
}

/** How Flink logs in to Kafka: settings of Kafka's Java client. Empty where no login is asked for. */
export function kafkaLogin({ sasl, ssl }: Omit<KafkaAccess, "brokers">): string {
  if (!sasl && !ssl) return "";
  return lines({
    "properties.security.protocol": sasl ? (ssl ? "SASL_SSL" : "SASL_PLAINTEXT") : "SSL",
    ...(sasl && {
      "properties.sasl.mechanism": sasl.mechanism.toUpperCase(),
      "properties.sasl.jaas.config": jaas(sasl),
    }),
    ...(ssl?.ca && {
      "properties.ssl.truststore.type": "PEM",
      "properties.ssl.truststore.certificates": ssl.ca.toString(),
    }),
    ...(ssl?.cert && {
      "properties.ssl.keystore.type": "PEM",
      "properties.ssl.keystore.certificate.chain": ssl.cert.toString(),
      "properties.ssl.keystore.key": ssl.key?.toString(),
    }),
  });
}

/** How Flink logs in to the registry. Empty without a user. */
export function registryLogin(user: string | undefined, password = ""): string {
  if (user === undefined) return "";
  return lines({
    "value.avro-confluent.basic-auth.credentials-source": "USER_INFO",
    "value.avro-confluent.basic-auth.user-info": `${user}:${password}`,
  });
}

function jaas({ mechanism, username, password }: NonNullable<KafkaAccess["sasl"]>): string {
  // Flink's SQL connector has Kafka's classes under a name of its own.
  const shaded = "org.apache.flink.kafka.shaded.org.apache.kafka.common.security";
  const login = mechanism === "plain" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  return `${shaded}.${login} required username="${escaped(username)}" password="${escaped(password)}";`;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}
