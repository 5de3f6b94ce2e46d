// @ts-check
import { readFileSync } from "node:fs";
import { connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { note, ok, problem } from "./finding.mjs";

/** @typedef {import("./finding.mjs").Finding} Finding */

/**
 * @typedef {object} Service
 * @property {string} name
 * @property {string} variable - the setting that says where it is
 * @property {string} usual - its address unless it is given
 * @property {string | null} path - what a healthy one answers over HTTP; null: it speaks something else
 */

/** @type {readonly Service[]} */
export const SERVICES = [
  { name: "the page", variable: "DASHBOARD_URL", usual: "http://127.0.0.1:8888", path: "/healthz" },
  { name: "Kafka", variable: "KAFKA_BROKERS", usual: "127.0.0.1:9092", path: null },
  { name: "registry", variable: "SCHEMA_REGISTRY_URL", usual: "http://127.0.0.1:8081", path: "/subjects" },
  { name: "REST Proxy", variable: "REST_PROXY_URL", usual: "http://127.0.0.1:8082", path: "/topics" },
  { name: "Connect", variable: "CONNECT_URL", usual: "http://127.0.0.1:8083", path: "/connectors" },
  { name: "ksqlDB", variable: "KSQLDB_URL", usual: "http://127.0.0.1:8088", path: "/info" },
  { name: "Flink", variable: "FLINK_SQL_GATEWAY_URL", usual: "http://127.0.0.1:8084", path: "/v1/info" },
  { name: "PostgreSQL", variable: "POSTGRES_URL", usual: "postgresql://127.0.0.1:5432/cta", path: null },
  { name: "gateway", variable: "MQTT_URL", usual: "mqtt://127.0.0.1:1883", path: null },
  { name: "simulator", variable: "FIRMWARE_SIM_URL", usual: "http://127.0.0.1:8899", path: "/state" },
  { name: "supervisor", variable: "SUPERVISOR_URL", usual: "http://127.0.0.1:8898", path: "/status" },
  { name: "fleet ingest", variable: "FLEET_URL", usual: "http://127.0.0.1:5001", path: "/readyz" },
];

const WITHIN_MS = 3_000;
/** Kafka's ApiVersions, version 0, which every broker answers before a login: length, api 18, version, id, client. */
const API_VERSIONS = Buffer.from("0000000a0012000000000001ffff", "hex");
/** PostgreSQL's SSLRequest, which every server answers with one letter. */
const SSL_REQUEST = Buffer.from("0000000804d2162f", "hex");
/** MQTT 3.1.1 CONNECT, clean, keepalive 5 s, client "doctor". */
const MQTT_CONNECT = Buffer.concat([
  Buffer.from("101200044d5154540402000500", "hex"),
  Buffer.from([6]),
  Buffer.from("doctor"),
]);

/** @param {string} address - `host:port` or a URL */
export function portOf(address) {
  return Number(/:(\d+)(?:\/|$)/.exec(address)?.[1] ?? Number.NaN);
}

/**
 * Ask each service whose address is known: that of the running system, or one of the environment.
 *
 * @param {Readonly<Record<string, string>>} running - addresses of the system that runs here
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<{ readonly findings: readonly Finding[], readonly dates: readonly { server: string, date: string }[] }>}
 */
export async function serviceFindings(running, env) {
  const known = SERVICES.flatMap((service) => {
    const address = env[service.variable] || running[service.variable];
    return address ? [{ service, address, named: Boolean(env[service.variable]) }] : [];
  });
  if (known.length === 0)
    return { findings: [note("services", "no system runs here: npm start")], dates: [] };
  /** @type {{ server: string, date: string }[]} */
  const dates = [];
  const findings = await Promise.all(
    known.map(async ({ service, address, named }) => {
      const shown = address.replace(/\/\/[^@/]*@/, "//");
      try {
        const { says, date } = await ask(service, address, env);
        if (date) dates.push({ server: service.name, date });
        return ok(service.name, `${shown} ${says}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const fix = named
          ? `${service.variable} says ${shown}: is it running, and reachable from here under this name?`
          : `npm run status; its log is below ${env["ELEVATED_HOME"] ?? ".elevated"}/logs/`;
        return problem(service.name, `${shown} does not answer: ${reason}`, fix);
      }
    }),
  );
  return { findings, dates };
}

/**
 * @param {Service} service
 * @param {string} address
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<{ readonly says: string, readonly date?: string }>}
 */
async function ask(service, address, env) {
  if (service.path !== null) return askHttp(service, address, env);
  if (service.name === "Kafka") return askBrokers(address, env["KAFKA_TLS"]);
  const first = address.split(",")[0] ?? address;
  if (service.name === "PostgreSQL") {
    return askPostgres(first, env);
  }
  // Any CONNACK will do: a gateway that refuses a stranger is well.
  const answer = await exchange(first, 1883, MQTT_CONNECT, 4, first.startsWith("mqtts:"));
  if (answer[0] !== 0x20) throw new Error("what answers there is not MQTT");
  return { says: "answers" };
}

/** @param {string | undefined} text - a flag's value */
function isOn(text) {
  return text !== undefined && /^(1|true|on|yes)$/i.test(text);
}

/**
 * With TLS asked for, its certificate is checked too: that is what our services do.
 *
 * @param {string} address
 * @param {Readonly<Record<string, string | undefined>>} env
 */
async function askPostgres(address, env) {
  const { POSTGRES_TLS: tls, POSTGRES_TLS_CA_FILE: caFile } = env;
  const secure = isOn(tls) || Boolean(caFile);
  const { hostname } = new URL(address);
  const servername = isIP(hostname) ? "" : hostname;
  let says = "answers";
  const letter = await exchange(address, 5432, SSL_REQUEST, 1, false, async (socket, answer) => {
    if (!secure || answer.toString("latin1") !== "S") return;
    const ca = caFile ? { ca: readFileSync(caFile) } : {};
    await new Promise((resolve, reject) => {
      connectTls({ socket, host: hostname, servername, ...ca }, () => resolve(undefined)).on(
        "error",
        (error) => {
          const fix = caFile ? "POSTGRES_TLS_CA_FILE is not of who signed it" : "set POSTGRES_TLS_CA_FILE";
          reject(new Error(`its certificate is not trusted (${error.message}): ${fix}`));
        },
      );
    });
    says = "answers, by TLS";
  });
  if (!/^[SN]/.test(letter.toString("latin1"))) throw new Error("what answers there is not PostgreSQL");
  if (secure && says === "answers") throw new Error("it has no TLS (ssl=off), and POSTGRES_TLS asks for it");
  return { says };
}

/**
 * @param {Service} service
 * @param {string} address
 * @param {Readonly<Record<string, string | undefined>>} env
 */
async function askHttp(service, address, env) {
  const prefix = service.variable.replace(/_URL$/, "");
  const user = env[`${prefix}_USER`];
  const login = `Basic ${Buffer.from(`${user}:${env[`${prefix}_PASSWORD`] ?? ""}`).toString("base64")}`;
  const response = await fetch(address.replace(/\/$/, "") + service.path, {
    headers: user ? { authorization: login } : {},
    signal: AbortSignal.timeout(WITHIN_MS),
  }).catch((error) => {
    throw error.cause instanceof Error ? error.cause : error;
  });
  await response.body?.cancel();
  if (response.status === 401)
    throw new Error(
      user
        ? `it refuses the user "${user}": check ${prefix}_USER and ${prefix}_PASSWORD`
        : `it asks for a login: set ${prefix}_USER and ${prefix}_PASSWORD`,
    );
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { says: "answers", date: response.headers.get("date") ?? "" };
}

/**
 * Every broker is asked: with one of three away the system goes on, but somebody should know.
 *
 * @param {string} list
 * @param {string | undefined} tls
 */
async function askBrokers(list, tls) {
  const secure = isOn(tls);
  const brokers = list.split(",").map((broker) => broker.trim());
  const answers = await Promise.allSettled(
    brokers.map((broker) => exchange(broker, 9092, API_VERSIONS, 8, secure)),
  );
  const away = answers.flatMap((answer, n) => {
    if (answer.status === "rejected") return [`${brokers[n]}: ${answer.reason.message}`];
    // The answer's correlation id is the request's.
    return answer.value.readInt32BE(4) === 1 ? [] : [`${brokers[n]}: what answers there is not Kafka`];
  });
  if (away.length > 0) throw new Error(away.join("; "));
  return { says: brokers.length === 1 ? "answers" : `all ${brokers.length} answer` };
}

/**
 * @param {string} address
 * @param {number} usualPort
 * @param {Buffer} question
 * @param {number} bytes - of an answer, at least
 * @param {boolean} secure
 * @param {(socket: import("node:net").Socket, answer: Buffer) => Promise<void>} [next] - goes on with the connection
 * @returns {Promise<Buffer>}
 */
function exchange(address, usualPort, question, bytes, secure, next = async () => {}) {
  const { hostname, port } = new URL(address.includes("://") ? address : `tcp://${address}`);
  return new Promise((resolve, reject) => {
    const to = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || usualPort) };
    // Only whether it answers is asked, not who it is.
    const socket = secure ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
    let answer = Buffer.alloc(0);
    socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error(`no answer within ${WITHIN_MS / 1000} s`)));
    socket.once(secure ? "secureConnect" : "connect", () => socket.write(question));
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < bytes) return;
      socket.off("data", take);
      next(socket, answer)
        .then(() => resolve(answer), reject)
        .finally(() => socket.destroy());
    };
    socket.on("data", take);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed without an answer")));
  });
}
