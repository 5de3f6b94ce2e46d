import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { HEADERS } from "../../../../schemas/topics.ts";

/** The station of a clean record, by its header `40380-T1;…` alone: nothing is decoded. NaN where it names none. */
export function stationIn(headers: InRecord["headers"]): number {
  return Number.parseInt(headers[HEADERS.reading] ?? "", 10);
}
