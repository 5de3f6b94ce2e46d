import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Under this name Connect knows the config provider that reads its passwords (KIP-297, Kafka's DirectoryConfigProvider). */
export const SECRETS_PROVIDER = "secrets";
/** The file of PostgreSQL's password in that folder. */
const POSTGRES_PASSWORD = "postgres-password";
/** Which Connect reads this folder: its address. */
const WORKER = "worker";

/** Passwords of the built-in Connect: it reads them by itself, so its REST API never holds one. */
export function connectSecretsFolder(home: string): string {
  return join(home, "connect", "secrets");
}

/** @param url - of the Connect that is to read them. */
export function writeConnectSecrets(home: string, url: string, postgresPassword: string): void {
  const folder = connectSecretsFolder(home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const [name, text] of [
    [POSTGRES_PASSWORD, postgresPassword],
    [WORKER, url],
  ] as const) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
}

/** What a connector's settings name in place of PostgreSQL's password. @param folder - as Connect sees it. */
export function postgresPasswordIn(folder: string): string {
  return `\${${SECRETS_PROVIDER}:${folder}:${POSTGRES_PASSWORD}}`;
}

/** Does the Connect at this address read this password from this home? */
export function readsFrom(home: string, url: string, password: string): boolean {
  const folder = connectSecretsFolder(home);
  try {
    return (
      readFileSync(join(folder, WORKER), "utf8") === url &&
      readFileSync(join(folder, POSTGRES_PASSWORD), "utf8") === password
    );
  } catch {
    // No Connect of this home ever ran.
    return false;
  }
}
