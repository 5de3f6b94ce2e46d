import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CodedError } from "../../../schemas/errors.ts";
import { stampOf } from "../service/setting-files.ts";
import {
  hashesIn,
  hashOf,
  matches,
  type PasswordHash,
  randomPassword,
  readHashes,
  writeHashes,
  writeSecret,
} from "./password-hashes.ts";

/** Who may connect to a system of one's own, kept in its home: created automatically at its first start. */
export interface SecretFiles {
  /** The passwords' hashes, for the gateway. */
  readonly credentials: string;
  /** The passwords themselves, for the agents of this home and for its owner. */
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
 * See to it that each of `names` has a password. Those that have one keep it; one that somebody wrote into the file of
 * passwords by hand comes into force.
 *
 * @throws {CodedError} CONFIG_INVALID when a file is there and cannot be used.
 */
export async function ensureAgentSecrets(home: string, names: readonly string[]): Promise<void> {
  const { credentials, passwords } = secretFilesOf(home);
  const said: Record<string, string> = { ...readPasswords(passwords) };
  const kept: Record<string, PasswordHash> = { ...hashesIn(credentials) };
  // Hashes alone let no agent in: without the passwords' file, new ones are made.
  const first = !existsSync(passwords);
  const fresh = names.filter((name) => said[name] === undefined && (first || !kept[name]));
  for (const name of fresh) said[name] = randomPassword();
  const unhashed = Object.keys(said).filter((name) => fresh.includes(name) || !kept[name]);
  // The hashes are written after the passwords: if they are older, somebody edited, or was cut off in between.
  const changed = isNewer(passwords, credentials) ? await unmatched(said, kept) : [];
  const hashed = async (name: string, kind: "random" | "chosen"): Promise<void> => {
    kept[name] = await hashOf(said[name] ?? "", kind);
  };
  await Promise.all([
    ...unhashed.map((name) => hashed(name, "random")),
    ...changed.map((name) => hashed(name, "chosen")),
  ]);
  if (fresh.length > 0) writeSecret(passwords, said);
  if (unhashed.length > 0 || changed.length > 0) writeHashes(credentials, kept);
}

/** Names whose hash is another password's. */
async function unmatched(
  said: Passwords,
  kept: Readonly<Record<string, PasswordHash>>,
): Promise<readonly string[]> {
  const wrong = await Promise.all(
    Object.entries(said).map(async ([name, password]) => {
      const hash = kept[name];
      return hash !== undefined && !(await matches(hash, Buffer.from(password)));
    }),
  );
  return Object.keys(said).filter((_, i) => wrong[i]);
}

function isNewer(file: string, other: string): boolean {
  const changed = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return changed(file) > changed(other);
}

/**
 * A new password for `name` in the home's files; the older one ends.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export async function renewAgentSecret(home: string, name: string): Promise<string> {
  const { credentials, passwords } = secretFilesOf(home);
  const password = randomPassword();
  const hash = await hashOf(password, "random");
  // The hash last: until then agents that are refused try again.
  writeSecret(passwords, { ...readPasswords(passwords), [name]: password });
  writeHashes(credentials, { ...readHashes(credentials), [name]: hash });
  return password;
}

/**
 * The passwords of a home, looked up again when the file has changed.
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
