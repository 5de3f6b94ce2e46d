import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { CodedError, messageOf } from "../../../../schemas/errors.ts";
import { checkFleetRecord, type FleetRecord } from "../../../../schemas/fleet.ts";

/** A record of the telemetry topic. @throws {CodedError} TELEMETRY_INVALID */
export function fleetRecordOf({ topic, partition, offset, value }: InRecord): FleetRecord {
  const invalid = (problem: string): CodedError =>
    new CodedError("TELEMETRY_INVALID", {
      message: `record ${offset} of ${topic}-${partition}: ${problem}`,
      retryable: false,
      context: { topic, partition, offset },
    });
  if (!value) throw invalid("it has no value");
  let json: unknown;
  try {
    json = JSON.parse(value.toString("utf8"));
  } catch (error) {
    throw invalid(messageOf(error));
  }
  const checked = checkFleetRecord(json);
  if (!checked.ok) throw invalid(checked.problem);
  return checked.value;
}
