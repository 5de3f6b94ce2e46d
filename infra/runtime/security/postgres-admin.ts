import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CodedError, messageOf } from "../../../schemas/errors.ts";
import { randomPassword, writeSecret } from "./password-hashes.ts";

/** The role that may do everything in a home's PostgreSQL: the machine's owner's, with a password of its own. */
export const ADMINISTRATOR = "elevated_admin";

const schema = z.object({ user: z.string(), password: z.string().min(1) });

/**
 * The administrator's password of a home's PostgreSQL: random, made at the first start, and readable by the home's owner
 * only.
 *
 * @throws {CodedError} CONFIG_INVALID when the file is there and cannot be used.
 */
export function adminPassword(home: string): string {
  const file = join(home, "secrets", "postgres-admin.json");
  if (!existsSync(file)) writeSecret(file, { user: ADMINISTRATOR, password: randomPassword() });
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8"))).password;
  } catch (cause) {
    throw new CodedError("CONFIG_INVALID", {
      message: `${file}: ${messageOf(cause)}. It holds the password of PostgreSQL's administrator: put it back from a copy`,
      retryable: false,
      context: { file },
      cause,
    });
  }
}
