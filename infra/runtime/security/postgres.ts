import { z } from "zod";
import { messageOf } from "../../../schemas/errors.ts";
import { defined } from "../defined.ts";
import { flag, readConfig } from "../service/config.ts";
import type { Environment } from "../service/environment.ts";
import { fileOf } from "../service/setting-files.ts";

/** Every setting of a connection to PostgreSQL: spread into a service's schema. */
export const postgresSettings = {
  POSTGRES_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: "give a URL, for example postgresql://cta_admin:chicago@localhost:5432/cta",
    })
    .describe("PostgreSQL's address with user, password and database."),
  POSTGRES_TLS: flag
    .default(false)
    .describe("1: encrypt the connection and check the server's certificate and name."),
  POSTGRES_TLS_CA_FILE: z
    .string()
    .optional()
    .describe("The authority that signed PostgreSQL's certificate, PEM; not set: the system's authorities."),
} as const;

const schema = z.object(postgresSettings);

/** For the client's constructor: `new Client({ ...access })`. */
export interface PostgresAccess {
  readonly connectionString: string;
  readonly ssl?: { readonly ca?: Buffer; readonly rejectUnauthorized: true };
}

/** @throws {CodedError} CONFIG_INVALID when the certificate's file cannot be read. */
export function postgresAccess(settings: z.output<typeof schema>): PostgresAccess {
  const { POSTGRES_URL: connectionString, POSTGRES_TLS: tls, POSTGRES_TLS_CA_FILE: file } = settings;
  if (!tls && file === undefined) return { connectionString };
  const ca = file === undefined ? undefined : fileOf("POSTGRES_TLS_CA_FILE", file);
  return { connectionString, ssl: { rejectUnauthorized: true, ...defined({ ca }) } };
}

const UNTRUSTED: readonly unknown[] = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
];

/** Why PostgreSQL could not be used, with the setting to look at where its own words name none. */
export function postgresProblem(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  const message = messageOf(error);
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  if (code === "28P01") return `${message}: check the user and the password in POSTGRES_URL`;
  if (code === "28000") return `${message}: check the user in POSTGRES_URL; POSTGRES_TLS=1 encrypts`;
  if (code === "55P03") return `${message}: another session holds the lock; pg_stat_activity names it`;
  if (UNTRUSTED.includes(code)) return `${message}: POSTGRES_TLS_CA_FILE names who signed its certificate`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `${message}: POSTGRES_URL must name it as its certificate does`;
  if (/does not support SSL/.test(message)) return `${message}: POSTGRES_TLS asks for TLS`;
  return message;
}

/**
 * The same from the environment, for what has no other settings.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export function postgresAccessOf(env: Environment): PostgresAccess {
  return postgresAccess(readConfig(schema, env));
}
