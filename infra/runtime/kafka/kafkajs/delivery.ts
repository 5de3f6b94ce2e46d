import { CodedError } from "../../../../schemas/errors.ts";
import type { OutRecord, Written } from "../ports.ts";
import { brokerError, coded, isRefused } from "./errors.ts";
import { inRequests } from "./outgoing.ts";

/** One caller's records and promise. */
export interface SendCall {
  readonly records: readonly OutRecord[];
  readonly bytes: number;
  readonly resolve: (written: readonly Written[]) => void;
  readonly reject: (error: CodedError) => void;
}

/**
 * Write the records of some calls, in order, and settle each call.
 *
 * A request that the broker refuses is halved until the culprit stands alone: the others' records go through. Parts of
 * a refused request may have been written; at least once allows it. Where a half fails and its outcome is unknown, the
 * calls behind it that could be overtaken by its repetition are not written.
 *
 * @param write - one request; rejects with an error of kafkajs.
 * @returns the order keys of calls whose outcome is unknown: `overtakes` knows what must not be written now.
 */
export async function deliver(
  calls: readonly SendCall[],
  write: (records: readonly OutRecord[]) => Promise<readonly Written[]>,
): Promise<ReadonlySet<string>> {
  const records = calls.flatMap((call) => call.records);
  try {
    const written: Written[] = [];
    // One call alone may be more than a request holds.
    for (const request of inRequests(records)) written.push(...(await write(request)));
    let from = 0;
    for (const call of calls) {
      call.resolve(written.slice(from, from + call.records.length));
      from += call.records.length;
    }
    return NOTHING;
  } catch (error) {
    if (calls.length > 1 && (isRefused(error) || brokerError(error) === "UNKNOWN_TOPIC_OR_PARTITION")) {
      const middle = calls.length >> 1;
      const unknown = await deliver(calls.slice(0, middle), write);
      const rest = withoutOvertaking(calls.slice(middle), unknown);
      return rest.length === 0 ? unknown : new Set([...unknown, ...(await deliver(rest, write))]);
    }
    const topics = [...new Set(records.map((record) => record.topic))];
    const failure = coded(error, `not acknowledged (${topics.join(", ")})`, { records: records.length });
    for (const call of calls) call.reject(failure);
    return failure.retryable ? new Set(records.flatMap(orderKey)) : NOTHING;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The calls that may be written now. The others hold a record of a key whose last record is in doubt: its sender will
 * repeat that one, which must not come to stand behind the next. They are rejected unsent.
 */
export function withoutOvertaking(
  calls: readonly SendCall[],
  unknown: ReadonlySet<string>,
): readonly SendCall[] {
  if (unknown.size === 0) return calls;
  return calls.filter((call) => {
    if (!call.records.some((record) => orderKey(record).some((key) => unknown.has(key)))) return true;
    call.reject(
      new CodedError("KAFKA_UNAVAILABLE", {
        message: "not sent: a record of the same key before it was not acknowledged",
        retryable: true,
        context: { records: call.records.length },
      }),
    );
    return false;
  });
}

/** Records of the same key have an order; of those without a key there is none to keep. */
function orderKey({ topic, key }: OutRecord): readonly string[] {
  return key === null ? [] : [`${topic}\n${key.toString("latin1")}`];
}
