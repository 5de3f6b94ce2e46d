import { createHmac, randomBytes } from "node:crypto";
import {
  hashesIn,
  hashOf,
  matches,
  type PasswordHash,
  randomPassword,
  readHashes,
  writeHashes,
} from "../../infra/runtime/security/password-hashes.ts";
import { stampOf } from "../../infra/runtime/service/setting-files.ts";

/** Who may connect. */
export interface Passwords {
  /** Does any password pass? */
  readonly open: boolean;
  check(name: string, password: Buffer | undefined): Promise<boolean>;
}

/** For loopback only: it cannot be reached from elsewhere. */
export const ANY_PASSWORD: Passwords = { open: true, check: async () => true };

/** Where only certificates are accepted. */
export const NO_PASSWORD: Passwords = { open: false, check: async () => false };

/**
 * Names and scrypt hashes in a JSON file, read again when it has changed: who is added may connect at once, who is
 * taken out may not connect again.
 *
 * A password that was right is remembered under a key of this process, and one that is being looked at is looked at
 * once: a hundred agents of one password that come back together cost a hundred HMACs and one scrypt.
 *
 * @param onUnusable - the file has become one that cannot be used; what it said before goes on.
 * @throws {CodedError} CONFIG_INVALID when it is so from the start.
 */
export function passwordsOf(file: string, onUnusable: (error: unknown) => void = () => {}): Passwords {
  let stamp = stampOf(file);
  let entries = readHashes(file);
  const processKey = randomBytes(32);
  const known = new Set<string>();
  const asked = new Map<string, Promise<boolean>>();
  const refresh = (): void => {
    const now = stampOf(file);
    if (now === stamp) return;
    stamp = now;
    try {
      entries = readHashes(file);
      known.clear();
    } catch (error) {
      onUnusable(error);
    }
  };
  const looked = (entry: PasswordHash, password: Buffer): Promise<boolean> => {
    const mac = createHmac("sha256", processKey).update(password).digest("hex");
    const question = `${entry.salt} ${entry.hash} ${mac}`;
    if (known.has(question)) return Promise.resolve(true);
    const pending = asked.get(question);
    if (pending) return pending;
    const answer = matches(entry, password).then((right) => {
      if (right) known.add(question);
      return right;
    });
    asked.set(question, answer);
    return answer.finally(() => asked.delete(question));
  };
  return {
    open: false,
    async check(name, password) {
      refresh();
      const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
      return password !== undefined && entry !== undefined && looked(entry, password);
    },
  };
}

/**
 * Make a new password for `name`, store its hash, and return the password: the only time it is seen.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export async function addCredential(file: string, name: string): Promise<string> {
  const password = randomPassword();
  const entry = await hashOf(password, "random");
  writeHashes(file, { ...hashesIn(file), [name]: entry });
  return password;
}

/**
 * Let all of `names` in by one password of somebody's choice, which is hashed once for all of them.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export async function shareCredential(
  file: string,
  names: readonly string[],
  password: string,
): Promise<void> {
  const entry = await hashOf(password, "chosen");
  writeHashes(file, { ...hashesIn(file), ...Object.fromEntries(names.map((name) => [name, entry])) });
}
