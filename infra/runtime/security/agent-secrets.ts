import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CodedError } from "../../../schemas/errors.ts";
import {
  hashOf,
  type PasswordHash,
  randomPassword,
  readHashes,
  writeHashes,
  writeSecret,
} from "./password-hashes.ts";

/** Who may connect to a system of one's own, kept in its home: made at its first start, by nobody's hand. */
export interface SecretFiles {
  /** The passwords' hashes, for the gateway. */
  readonly credentials: string;
  /** The passwords themselves, for the agents of this home and for whoever owns it. */
  readonly passwords: string;
}

/** By name: a station's id, or `observer`. */
type Passwords = Readonly<Record<string, string>>;
const passwordsSchema = z.record(z.string(), z.string());

export function secretFilesOf(home: string): SecretFiles {
  const folder = join(home, "secrets");
  return {
    credentials: join(folder, "mqtt-credentials.json"),
    passwords: join(folder, "mqtt-passwords.json"),
  };
}

/**
 * See to it that each of `names` has a password. Those that have one keep it.
 *
 * @throws {CodedError} CONFIG_INVALID when a file is there and cannot be used.
 */
export async function ensureAgentSecrets(home: string, names: readonly string[]): Promise<void> {
  const { credentials, passwords } = secretFilesOf(home);
  const said: Record<string, string> = { ...readPasswords(passwords) };
  const kept: Record<string, PasswordHash> = existsSync(credentials) ? { ...readHashes(credentials) } : {};
  // Hashes alone let nobody in: who removed the passwords' file wants new ones.
  const anew = !existsSync(passwords);
  const fresh = names.filter((name) => said[name] === undefined && (anew || !kept[name]));
  const unhashed = names.filter((name) => fresh.includes(name) || (said[name] !== undefined && !kept[name]));
  if (unhashed.length === 0) return;
  for (const name of fresh) said[name] = randomPassword();
  const hashes = await Promise.all(unhashed.map((name) => hashOf(said[name] ?? "", "random")));
  for (const [i, name] of unhashed.entries()) kept[name] = hashes[i] as PasswordHash;
  // The passwords first: a start that is cut off here makes their hashes the next time.
  writeSecret(passwords, said);
  writeHashes(credentials, kept);
}

/** Let `name` have this password in the home's files. */
export async function setAgentSecret(home: string, name: string, password: string): Promise<void> {
  const { credentials, passwords } = secretFilesOf(home);
  const hash = await hashOf(password, "random");
  writeSecret(passwords, { ...readPasswords(passwords), [name]: password });
  writeHashes(credentials, { ...readHashes(credentials), [name]: hash });
}

/**
 * The passwords of a home, looked up anew when the file has changed.
 *
 * @returns undefined for a name without one, and in a home that has none.
 */
export function homePasswords(home: string): (name: string) => string | undefined {
  const file = secretFilesOf(home).passwords;
  let seen = "";
  let passwords: Passwords = {};
  return (name) => {
    const now = stampOf(file);
    if (now !== seen) {
      passwords = readPasswords(file);
      seen = now;
    }
    return Object.hasOwn(passwords, name) ? passwords[name] : undefined;
  };
}

/** Differs when the file was replaced; empty while there is none. */
export function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : "";
}

function readPasswords(file: string): Passwords {
  if (!existsSync(file)) return {};
  try {
    return passwordsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Not the parser's message: it would quote what is in the file.
    throw new CodedError("CONFIG_INVALID", {
      message: `${file} is not JSON of the form {"40380": "password", …}: remove it, and the next start makes another`,
      retryable: false,
      context: { file },
    });
  }
}
