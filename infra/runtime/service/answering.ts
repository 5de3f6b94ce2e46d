import { connect } from "node:net";
import { CodedError } from "../../../schemas/errors.ts";
import { type Endpoints, homeOf, publishedEndpoints } from "./endpoints.ts";
import { resolveEndpoints } from "./precedence.ts";

const WITHIN_MS = 2_000;

const NAMES = {
  KAFKA_BROKERS: "Kafka",
  SCHEMA_REGISTRY_URL: "a schema registry",
  CONNECT_URL: "Kafka Connect",
  KSQLDB_URL: "a ksql server",
  FLINK_SQL_GATEWAY_URL: "a SQL gateway of Flink",
} as const satisfies Partial<Record<keyof Endpoints, string>>;

/** Servers that a command may ask for before it begins. */
export type Asked = keyof typeof NAMES;

/**
 * Is somebody there? Asked first by commands that only look, so that they do not wait for a server that does not run.
 *
 * @param variable - the setting that says where; of several addresses one is enough.
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE that says where the address came from, and how to get a server there.
 */
export async function mustAnswer(
  variable: Asked,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const address = resolveEndpoints(env)[variable];
  if (await accepts(address)) return;
  throw new CodedError("DEPENDENCY_UNAVAILABLE", {
    message: `${NAMES[variable]} does not answer at ${shown(address)}${await advice(variable, env)}`,
    retryable: true,
    context: { variable },
  });
}

async function advice(variable: Asked, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  if (env[variable] || env[`${variable}_FILE`]) {
    return `, which ${variable} names: is it running, and reachable from here under that name?`;
  }
  const home = homeOf(env);
  // A system that was killed leaves its addresses behind.
  const { SUPERVISOR_URL: supervisor } = publishedEndpoints(home);
  if (supervisor && (await accepts(supervisor))) {
    return `, though the system in ${home} runs: npm run status shows how far each part is`;
  }
  return `, and no system runs in ${home}: start one with npm start, or name one of your own by ${variable}`;
}

/** Does any of these take a connection? `host:port`, several separated by commas, or a URL. */
async function accepts(addresses: string): Promise<boolean> {
  const tries = addresses.split(",").map((address) => connection(address.trim()));
  return Promise.any(tries).then(
    () => true,
    () => false,
  );
}

function connection(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port, protocol } = new URL(/^\w+:\/\//.test(address) ? address : `tcp://${address}`);
    const host = hostname.replace(/^\[|\]$/g, "");
    const socket = connect({ host, port: Number(port || (protocol === "https:" ? 443 : 80)) });
    socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error("no answer")));
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}

/** Without a login that it may hold. */
function shown(address: string): string {
  return address.replace(/\/\/[^@/]*@/, "//");
}
