import { z } from "zod";
import { defined } from "../defined.ts";
import { httpUrl } from "../service/config.ts";

/** Servers that may ask for a user and a password (HTTP Basic, RFC 7617). */
const SERVERS = {
  SCHEMA_REGISTRY: "Schema Registry",
  REST_PROXY: "REST Proxy",
  CONNECT: "Kafka Connect",
  KSQLDB: "ksqlDB",
  FLINK_SQL_GATEWAY: "Flink's SQL gateway",
} as const;

type Server = keyof typeof SERVERS;

type Settings<S extends Server> = { readonly [K in `${S}_URL`]: typeof httpUrl } & {
  readonly [K in `${S}_USER` | `${S}_PASSWORD`]: z.ZodOptional<z.ZodString>;
};

function settingsOf<S extends Server>(server: S): Settings<S> {
  const name = SERVERS[server];
  return {
    [`${server}_URL`]: httpUrl.describe(`Where ${name} answers.`),
    [`${server}_USER`]: z.string().optional().describe(`The user, where ${name} asks for one (HTTP Basic).`),
    [`${server}_PASSWORD`]: z.string().optional().describe("That user's password."),
  } as unknown as Settings<S>;
}

export const registrySettings = settingsOf("SCHEMA_REGISTRY");
export const restProxySettings = settingsOf("REST_PROXY");
export const connectSettings = settingsOf("CONNECT");
export const ksqlSettings = settingsOf("KSQLDB");
export const flinkSettings = settingsOf("FLINK_SQL_GATEWAY");

/** Servers of ours that may ask for a token with every write. */
const TOKENS = {
  FIRMWARE_SIM: "the simulator",
  SUPERVISOR: "the supervisor",
  FLEET: "the ingest",
} as const;

type TokenServer = keyof typeof TOKENS;

function tokenSettingOf<S extends TokenServer>(
  server: S,
): { readonly [K in `${S}_TOKEN`]: z.ZodOptional<z.ZodString> } {
  const setting = z
    .string()
    .optional()
    .describe(`What ${TOKENS[server]} wants with every write, where it asks.`);
  return { [`${server}_TOKEN`]: setting } as { readonly [K in `${S}_TOKEN`]: typeof setting };
}

export const simulatorTokenSetting = tokenSettingOf("FIRMWARE_SIM");
export const supervisorTokenSetting = tokenSettingOf("SUPERVISOR");
export const fleetTokenSetting = tokenSettingOf("FLEET");

/** Headers that bear a token; none without one. */
export function bearer(token: string | undefined): Readonly<Record<string, string>> {
  return defined({ authorization: token === undefined ? undefined : `Bearer ${token}` });
}

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Where a server is, and a `fetch` that logs in there. */
export interface HttpAccess {
  readonly url: string;
  /** What each request needs; empty where no login is asked for. */
  readonly headers: Readonly<Record<string, string>>;
  /** What to say where it answers 401: names the settings. */
  readonly loginProblem: string;
  /** Logs in. A 401 comes with `loginProblem` as its message, in the form of these servers' own errors. */
  readonly fetch: Fetch;
}

/** What a service's settings say of one of these servers. */
export function httpAccess<S extends Server>(
  server: S,
  settings: { readonly [K in `${S}_URL`]: string } & {
    readonly [K in `${S}_USER` | `${S}_PASSWORD`]?: string | undefined;
  },
  send: Fetch = fetch,
): HttpAccess {
  const of = settings as Readonly<Record<string, string | undefined>>;
  const user = of[`${server}_USER`];
  const url = of[`${server}_URL`] ?? "";
  const names = `${server}_USER and ${server}_PASSWORD`;
  const loginProblem =
    user === undefined
      ? `${SERVERS[server]} asks for a login: set ${names}`
      : `${SERVERS[server]} refuses the user "${user}": check ${names}`;
  const authorization = user === undefined ? undefined : basic(user, of[`${server}_PASSWORD`] ?? "");
  return {
    url,
    headers: defined({ authorization }),
    loginProblem,
    async fetch(address, init = {}) {
      const headers = new Headers(init.headers);
      if (authorization !== undefined) headers.set("authorization", authorization);
      const response = await send(address, { ...init, headers });
      return response.status === 401 ? explained(response, loginProblem) : response;
    },
  };
}

/** A server's own words, often a page of HTML, do not know what our settings are called. */
async function explained(response: Response, message: string): Promise<Response> {
  await response.body?.cancel();
  return Response.json({ error_code: 40101, message }, { status: response.status });
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
