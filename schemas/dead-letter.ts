import { createHash } from "node:crypto";

/** Value of `org.chicago.cta.deadletter`; key: `origin`. */
export interface DeadLetter {
  /** Topic and partition, or MQTT topic, or table. */
  readonly origin: string;
  /** The stage that gave up. */
  readonly where: string;
  readonly code: string;
  readonly reason: string;
  /** Of the original, bytes. */
  readonly length: number;
  /** Of the original, hexadecimal. */
  readonly sha256: string;
  readonly bytes: Buffer;
}

/** How much of the original is kept (delivery rule 8). */
export const DEAD_LETTER_BYTES = 64 * 1024;

export function deadLetter(
  origin: string,
  where: string,
  error: { readonly code: string; readonly message: string },
  original: Buffer,
): DeadLetter {
  return {
    origin,
    where,
    code: error.code,
    reason: error.message,
    length: original.length,
    sha256: createHash("sha256").update(original).digest("hex"),
    bytes: original.subarray(0, DEAD_LETTER_BYTES),
  };
}
