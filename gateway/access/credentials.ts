import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { CodedError, messageOf } from "../../schemas/errors.ts";

/** Cost of one guess: 16 MiB and some 40 ms (RFC 7914's interactive parameters). */
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 };
const HASH_BYTES = 32;

const fileSchema = z.record(
  z.string(),
  z.object({ salt: z.string(), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
);
type CredentialFile = z.output<typeof fileSchema>;

/** Who may connect. */
export interface Passwords {
  /** Does any password pass? */
  readonly open: boolean;
  check(name: string, password: Buffer | undefined): Promise<boolean>;
}

/** For loopback only: nobody else can reach it. */
export const ANY_PASSWORD: Passwords = { open: true, check: async () => true };

/** Where only certificates are accepted. */
export const NO_PASSWORD: Passwords = { open: false, check: async () => false };

/**
 * Names and scrypt hashes in a JSON file, read at start.
 *
 * A password that was right is remembered under a key of this process, so that a hundred agents coming back at once
 * cost a hundred HMACs and not a hundred scrypts.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export function passwordsOf(file: string): Passwords {
  const entries = readCredentials(file);
  const processKey = randomBytes(32);
  const known = new Map<string, Buffer>();
  const quick = (password: Buffer): Buffer => createHmac("sha256", processKey).update(password).digest();
  return {
    open: false,
    async check(name, password) {
      const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
      if (!password || !entry) return false;
      const mac = quick(password);
      const remembered = known.get(name);
      if (remembered && timingSafeEqual(remembered, mac)) return true;
      const hash = await derive(password, Buffer.from(entry.salt, "hex"));
      if (!timingSafeEqual(hash, Buffer.from(entry.hash, "hex"))) return false;
      known.set(name, mac);
      return true;
    },
  };
}

/**
 * Make a new password for `name`, store its hash, and return the password: the only time it is seen.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export async function addCredential(file: string, name: string): Promise<string> {
  const password = randomBytes(24).toString("base64url");
  await shareCredential(file, [name], password);
  return password;
}

/**
 * Let all of `names` in by one password, which is hashed once for all of them.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export async function shareCredential(
  file: string,
  names: readonly string[],
  password: string,
): Promise<void> {
  const entries = existsSync(file) ? readCredentials(file) : {};
  const salt = randomBytes(16);
  const hash = await derive(Buffer.from(password), salt);
  const entry = { salt: salt.toString("hex"), hash: hash.toString("hex") };
  const next = { ...entries, ...Object.fromEntries(names.map((name) => [name, entry])) };
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw unusable(file, cause);
  }
}

function readCredentials(file: string): CredentialFile {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw unusable(file, cause);
  }
}

function unusable(file: string, cause: unknown): CodedError {
  return new CodedError("CONFIG_INVALID", {
    message: `credentials file ${file}: ${messageOf(cause)}; make one with: npm run gateway -- credentials add <station>`,
    retryable: false,
    context: { file },
    cause,
  });
}

function derive(password: Buffer, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
