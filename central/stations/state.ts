import { z } from "zod";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { CodedError } from "../../schemas/errors.ts";
import { LINES } from "../../schemas/network/network.ts";
import type { KnownStop } from "./table.ts";

/** The state topic: key the stop's id as text, value the stop as JSON, a tombstone where it is forgotten. */
const valueSchema = z.object({
  station_id: z.int(),
  station_name: z.string(),
  order: z.int(),
  lines: z.array(z.enum(LINES)),
  change: z.int(),
  offset: z.int().exactOptional(),
});

export function encodeStop(
  stopId: number,
  stop: KnownStop | null,
): { readonly key: Buffer; readonly value: Buffer | null } {
  return { key: Buffer.from(String(stopId)), value: stop && Buffer.from(JSON.stringify(stop)) };
}

/** @throws {CodedError} ROW_INVALID: without its whole state the transform must not write. */
export function decodeStop({
  key,
  value,
  offset,
}: InRecord): readonly [stopId: number, stop: KnownStop | null] {
  const stopId = Number(key?.toString("utf8") || Number.NaN);
  try {
    if (!Number.isInteger(stopId)) throw new Error("the key is no stop's id");
    return [stopId, value && valueSchema.parse(JSON.parse(value.toString("utf8")))];
  } catch (cause) {
    throw new CodedError("ROW_INVALID", {
      message: `the record at offset ${offset} of the stations' state is not one of ours`,
      retryable: false,
      context: { offset },
      cause,
    });
  }
}
