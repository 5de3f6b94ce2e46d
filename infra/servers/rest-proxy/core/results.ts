import { isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { Written } from "../../../runtime/kafka/ports.ts";

/** What became of one record. All four members are always there. */
export interface OffsetEntry {
  readonly partition: number | null;
  readonly offset: number | null;
  readonly error_code: number | null;
  readonly error: string | null;
}

export const KAFKA_ERROR = 50002;
export const KAFKA_RETRIABLE_ERROR = 50003;

export function stored({ partition, offset }: Written): OffsetEntry {
  return { partition, offset, error_code: null, error: null };
}

export function failed(code: number, error: string): OffsetEntry {
  return { partition: null, offset: null, error_code: code, error };
}

/** Trying again may help with what the Kafka port calls retryable. */
export function failedBy(error: unknown): OffsetEntry {
  const retriable = isCoded(error) && error.retryable;
  return failed(retriable ? KAFKA_RETRIABLE_ERROR : KAFKA_ERROR, messageOf(error));
}
