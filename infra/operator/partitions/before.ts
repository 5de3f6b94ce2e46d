import { CodedError } from "../../../schemas/errors.ts";
import { topicsByStation } from "../../../schemas/topic-settings.ts";
import type { Topics } from "../../../schemas/topics.ts";
import { partitionNumbers } from "../../runtime/kafka/partitions.ts";
import type { KafkaAdmin } from "../../runtime/kafka/ports.ts";

/**
 * The number that is in force before a change to `to`.
 *
 * @throws {CodedError} KAFKA_TOPIC_MISMATCH where that change cannot be made
 */
export async function numberBefore(
  admin: Pick<KafkaAdmin, "partitionCounts">,
  names: Topics,
  to: number,
): Promise<number> {
  const { inForce, changingTo } = await partitionNumbers(admin, names);
  const refusal = (message: string): CodedError =>
    new CodedError("KAFKA_TOPIC_MISMATCH", {
      message,
      retryable: false,
      context: { inForce, changingTo, to },
    });
  const topics = topicsByStation(names);
  const existing = await admin.partitionCounts(topics);
  const missing = topics.filter((topic) => !existing.has(topic));
  if (inForce === undefined || missing.length > 0) {
    throw refusal(
      `there is no ${missing[0] ?? ""}: TOPIC_PREFIX may be another one; npm run bootstrap -- --partitions ${to} makes a new system`,
    );
  }
  if (changingTo !== undefined && changingTo !== to) {
    throw refusal(
      `the change from ${inForce} to ${changingTo} partitions is not finished: -- --to ${changingTo} goes on with it`,
    );
  }
  if (to < inForce) {
    throw refusal(
      `there are ${inForce} partitions, and Kafka takes none away: for fewer, begin again behind another TOPIC_PREFIX`,
    );
  }
  return inForce;
}
