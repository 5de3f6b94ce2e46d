import { z } from "zod";
import {
  connectSecretsFolder,
  postgresPasswordIn,
  readsFrom,
} from "../../infra/runtime/security/connect-secrets.ts";
import { connectSettings } from "../../infra/runtime/security/http.ts";
import { postgresSettings } from "../../infra/runtime/security/postgres.ts";
import { topicPrefix } from "../../infra/runtime/service/config.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";

export const connectCommandSettings = z.object({
  ...connectSettings,
  ...postgresSettings,
  POSTGRES_SSLMODE: z
    .enum(["disable", "prefer", "require", "verify-ca", "verify-full"], {
      error: "disable, prefer, require, verify-ca or verify-full",
    })
    .default("prefer")
    .describe("How the connector encrypts its way to PostgreSQL (libpq's sslmode)."),
  CONNECT_SOURCE: z
    .enum(["debezium", "jdbc"], { error: "debezium or jdbc" })
    .default("debezium")
    .describe("Which of the two sources `apply` takes without a name: debezium or jdbc."),
  CONNECT_SECRETS_DIR: z
    .string()
    .optional()
    .describe(
      "The folder in which Connect itself reads the file postgres-password, by its config provider `secrets`; not set: a built-in Connect's own, and for any other the connector's settings hold the password.",
    ),
  TOPIC_PREFIX: topicPrefix,
});

export type ConnectConfig = Readonly<z.output<typeof connectCommandSettings>>;

/**
 * What a connector's file may ask for: the parts of POSTGRES_URL, the topic prefix, the replication slot, and above
 * these anything from the environment. Where Connect sees PostgreSQL under another address than this command does,
 * POSTGRES_HOST and POSTGRES_PORT say so.
 */
export function placeholders(
  config: ConnectConfig,
  env: Environment,
): Readonly<Record<string, string | undefined>> {
  const url = new URL(config.POSTGRES_URL);
  return {
    POSTGRES_HOST: url.hostname,
    POSTGRES_PORT: url.port || "5432",
    POSTGRES_USER: decodeURIComponent(url.username),
    POSTGRES_PASSWORD: passwordFor(config, homeOf(env), decodeURIComponent(url.password)),
    POSTGRES_DATABASE: decodeURIComponent(url.pathname.slice(1)),
    POSTGRES_SSLMODE: config.POSTGRES_SSLMODE,
    TOPIC_PREFIX: config.TOPIC_PREFIX,
    CONNECT_SLOT: slotOf(config.TOPIC_PREFIX),
    ...env,
  };
}

/** A reference where Connect can read the password by itself: then no answer of its REST API holds it. */
function passwordFor(
  { CONNECT_SECRETS_DIR, CONNECT_URL }: ConnectConfig,
  home: string,
  password: string,
): string {
  if (CONNECT_SECRETS_DIR !== undefined) return postgresPasswordIn(CONNECT_SECRETS_DIR);
  return readsFrom(home, CONNECT_URL, password) ? postgresPasswordIn(connectSecretsFolder(home)) : password;
}

/** PostgreSQL allows small letters, digits and underscores, 63 in all. */
function slotOf(prefix: string): string {
  return `elevated_${prefix}stations`
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, "_")
    .slice(0, 63);
}
