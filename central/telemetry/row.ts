import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import { checkFleetRecord, type FleetRecord } from "../../schemas/fleet.ts";

/** A record of `fleet.telemetry`, and what it says: a row, or why it is not one. */
export type DecodedRow = Readable | Refused;

export interface Readable {
  readonly record: InRecord;
  readonly row: FleetRecord;
}

/** A record that can never become a row. */
export interface Refused {
  readonly record: InRecord;
  readonly error: CodedError;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function decodeRow(record: InRecord): DecodedRow {
  if (!record.value) return { record, error: invalid("the record has no value") };
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(record.value));
  } catch (cause) {
    return { record, error: invalid(messageOf(cause), cause) };
  }
  const checked = checkFleetRecord(value);
  return checked.ok ? { record, row: checked.value } : { record, error: invalid(checked.problem) };
}

export function invalid(message: string, cause?: unknown): CodedError {
  return new CodedError("TELEMETRY_INVALID", { message, retryable: false, cause });
}
