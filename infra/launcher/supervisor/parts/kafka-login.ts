import { PRIVATE_USER } from "../private-home.ts";

type Settings = Readonly<Record<string, string | number | boolean>>;

const PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";
const LOGIN = `username="${PRIVATE_USER}"`;

/**
 * What makes a broker ask each connection for a login: those of clients, of other brokers, and of the controllers, which
 * take commands of their own.
 *
 * By PLAIN, as a controller knows no SCRAM user before its log is read (KIP-900). The lines never leave this machine.
 *
 * @param settings - of the broker as it is without a login.
 * @param password - without quotes or backslashes.
 */
export function brokerLogin(settings: Settings, password: string): Settings {
  const withLogin = (listeners: unknown): string =>
    String(listeners).replace("PLAINTEXT://", "SASL_PLAINTEXT://");
  const jaas = `${PLAIN} ${LOGIN} password="${password}" user_${PRIVATE_USER}="${password}";`;
  return {
    listeners: withLogin(settings["listeners"]),
    "advertised.listeners": withLogin(settings["advertised.listeners"]),
    "listener.security.protocol.map": "SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "inter.broker.listener.name": "SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.sasl_plaintext.plain.sasl.jaas.config": jaas,
    "listener.name.controller.plain.sasl.jaas.config": jaas,
  };
}

/** How Connect's worker logs in, with the clients of its connectors. @param password - as above. */
export function workerKafkaLogin(password: string): Settings {
  const login = {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": "PLAIN",
    "sasl.jaas.config": `${PLAIN} ${LOGIN} password="${password}";`,
  };
  const prefixes = ["", "producer.", "consumer.", "admin."];
  return Object.fromEntries(
    prefixes.flatMap((prefix) => Object.entries(login).map(([name, value]) => [prefix + name, value])),
  );
}
