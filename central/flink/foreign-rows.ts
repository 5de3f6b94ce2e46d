import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { CodedError } from "../../schemas/errors.ts";
import { HEADERS } from "../../schemas/topics.ts";

/** So many answers without a record end the look at a partition that does not come to its end. */
const EMPTY_ANSWERS = 50;
const WAIT_MS = 100;

/**
 * Refuse a table that another engine has written.
 *
 * Engines place a station's row in different partitions. So the other engine's last row would stay beside the new one
 * for ever, and a reader that begins anew could take it for the newest.
 *
 * @throws {CodedError} CONFIG_INVALID when a row is not Flink's, KAFKA_UNAVAILABLE
 */
export async function refuseForeignRows(
  kafka: Pick<Kafka, "logReader">,
  admin: Pick<KafkaAdmin, "partitionsOf">,
  topic: string,
): Promise<void> {
  const reader = kafka.logReader({ headers: [HEADERS.rowCut] });
  try {
    const partitions = await admin.partitionsOf(topic);
    for (let partition = 0; partition < partitions; partition++) {
      let [from, empty] = [0, 0];
      while (empty < EMPTY_ANSWERS) {
        const [looked] = await reader.look([{ topic, partition, from }], WAIT_MS);
        const records = [...(looked?.records ?? [])];
        if (records.some(({ headers, value }) => value && headers[HEADERS.rowCut] === undefined))
          throw foreign(topic);
        if (looked && looked.next >= looked.end) break;
        empty = looked && looked.next > from ? 0 : empty + 1;
        from = Math.max(from, looked?.next ?? 0, looked?.start ?? 0);
      }
    }
  } finally {
    await reader.stop();
  }
}

function foreign(topic: string): CodedError {
  return new CodedError("CONFIG_INVALID", {
    message:
      `${topic} has rows of another engine, which would stay beside Flink's: stop that engine's query, delete the ` +
      "topic, and make it again by npm run bootstrap",
    retryable: false,
    context: { topic },
  });
}
