import { messageOf } from "../../../../schemas/errors.ts";
import type { InRecord } from "../../../runtime/kafka/ports.ts";
import type { Logger } from "../../../runtime/logger.ts";

/** Where a query tells of records and values it cannot process; it goes on with the next. */
export interface ProcessingLog {
  poisoned(record: InRecord, error: unknown): void;
  /** An expression had no result: its column is NULL, its WHERE does not hold. */
  failedExpression(name: string, error: unknown): void;
  /** The window was closed already. */
  late(windowStart: number, time: number): void;
}

/** At most this many lines per second and query: a poisoned topic must not drown the log. */
const MAX_PER_SECOND = 10;

/** @param now - wall clock, ms. */
export function processingLog(logger: Logger, query: string, now: () => number): ProcessingLog {
  let second = 0;
  let lines = 0;
  const write = (detail: Record<string, unknown>, message: string): void => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      lines = 0;
    }
    if (lines++ < MAX_PER_SECOND) logger.warn({ query, ...detail }, message);
  };
  return {
    poisoned({ topic, partition, offset }, error) {
      write({ topic, partition, offset, reason: messageOf(error) }, "record left out");
    },
    failedExpression(name, error) {
      write({ expression: name, reason: messageOf(error) }, "expression without a result");
    },
    late(windowStart, time) {
      write({ windowStart, time }, "record left out: its window is closed");
    },
  };
}
