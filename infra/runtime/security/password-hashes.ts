import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { CodedError, messageOf } from "../../../schemas/errors.ts";

const HASH_BYTES = 32;
const BLOCK = { r: 8, p: 1 };

/**
 * scrypt's N, which makes a guess dear.
 *
 * - `chosen`: a person's choice, worth some thirty bits: 16 MiB and some 40 ms a guess (RFC 7914's interactive
 *   parameters).
 * - `random`: ours, of 192 random bits. Those cannot be guessed at any price, so that dear guesses protect nothing, and
 *   all agents of a city may connect at once: 0.1 ms each.
 */
const COST = { chosen: 16_384, random: 16 } as const;

/** What is kept of a password. */
const hashSchema = z.object({
  salt: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** scrypt's N; files from before it was written down have the dear one. */
  cost: z
    .number()
    .int()
    .min(2)
    .max(2 ** 20)
    .refine((n) => Number.isInteger(Math.log2(n)), "a power of two")
    .default(COST.chosen),
});
export type PasswordHash = z.output<typeof hashSchema>;
const fileSchema = z.record(z.string(), hashSchema);
/** By name. */
export type PasswordHashes = Readonly<Record<string, PasswordHash>>;

/** A password that cannot be guessed. */
export function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

/** @param kind - who made it up. */
export async function hashOf(password: string, kind: keyof typeof COST): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const cost = COST[kind];
  const hash = await derive(Buffer.from(password), salt, cost);
  return { salt: salt.toString("hex"), hash: hash.toString("hex"), cost };
}

export async function matches({ salt, hash, cost }: PasswordHash, password: Buffer): Promise<boolean> {
  return timingSafeEqual(await derive(password, Buffer.from(salt, "hex"), cost), Buffer.from(hash, "hex"));
}

/** @throws {CodedError} CONFIG_INVALID that names the file. */
export function readHashes(file: string): PasswordHashes {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw unusable(file, cause);
  }
}

/** The same; none where there is no such file yet. @throws {CodedError} CONFIG_INVALID */
export function hashesIn(file: string): PasswordHashes {
  return existsSync(file) ? readHashes(file) : {};
}

/** @throws {CodedError} CONFIG_INVALID */
export function writeHashes(file: string, hashes: PasswordHashes): void {
  writeSecret(file, hashes);
}

/**
 * Write a file of secrets, whole or not at all, for this user only.
 *
 * @throws {CodedError} CONFIG_INVALID
 */
export function writeSecret(file: string, value: unknown): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
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

function derive(password: Buffer, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, { N: cost, ...BLOCK }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
