import type { Value } from "../values/value.ts";

/** One side (key or value) of a topic's records as column values and back. */
export interface Serde {
  /** Fetch what decoding these will need (schemas of Avro writers); cheap when all is known. */
  prepare?(bytes: readonly (Buffer | null)[]): Promise<void>;
  /** @throws Error when the bytes are not of this format: a poisoned record. */
  decode(bytes: Buffer): readonly Value[];
  /** @returns null when the format writes these values as no bytes at all. @throws Error when they do not fit. */
  encode(values: readonly Value[]): Buffer | null;
}
