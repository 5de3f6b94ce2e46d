import { CodedError } from "../../../schemas/errors.ts";
import { type TopicSettings, topicsByKey, topicsByStation } from "../../../schemas/topic-settings.ts";
import type { Topics } from "../../../schemas/topics.ts";
import type { KafkaAdmin } from "./ports.ts";

type Admin = Pick<KafkaAdmin, "partitionCounts">;

/** How many partitions the topics by station have. */
export interface PartitionNumbers {
  /** What the gateway and dedup compute with: that of the raw topic, which changes last. undefined: there is none yet. */
  readonly inForce: number | undefined;
  /** A change to this number has begun, and is not finished. */
  readonly changingTo: number | undefined;
}

/** @throws {CodedError} KAFKA_UNAVAILABLE; KAFKA_TOPIC_MISMATCH for numbers that no change leaves behind */
export async function partitionNumbers(admin: Admin, names: Topics): Promise<PartitionNumbers> {
  const topics = topicsByStation(names);
  const counts = await admin.partitionCounts(topics);
  const found = topics.flatMap((topic) => {
    const count = counts.get(topic);
    return count === undefined ? [] : [{ topic, count }];
  });
  const [first, last] = [found[0], found.at(-1)];
  const other = found.find(({ count }) => count !== last?.count);
  if (!first || !last || !other) return { inForce: last?.count, changingTo: undefined };
  // A change makes all of them larger, one after the other.
  const changed = found.filter(({ count }) => count === first.count).length;
  const inOrder = found.every(({ count }, n) => count === (n < changed ? first.count : last.count));
  if (inOrder && first.count > last.count && found.length === topics.length) {
    return { inForce: last.count, changingTo: first.count };
  }
  throw new CodedError("KAFKA_TOPIC_MISMATCH", {
    message: `${other.topic} has ${other.count} partitions, and ${last.topic} has ${last.count}: they must be as many, and no change of their number leaves this behind`,
    retryable: false,
    context: { topic: other.topic, expected: last.count, found: other.count },
  });
}

/**
 * The number that stations are spread by; undefined: there are no topics yet.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE; KAFKA_TOPIC_MISMATCH (exit code 78) while a change of it is not finished
 */
export async function partitionsInForce(admin: Admin, names: Topics): Promise<number | undefined> {
  const { inForce, changingTo } = await partitionNumbers(admin, names);
  if (changingTo === undefined) return inForce;
  throw new CodedError("KAFKA_TOPIC_MISMATCH", {
    message: `the change from ${inForce} to ${changingTo} partitions is not finished: npm run partitions -- --to ${changingTo} goes on with it`,
    retryable: false,
    context: { topic: names.raw, expected: changingTo, found: inForce },
  });
}

/**
 * These topics with the numbers of partitions that they have: the number of a system is chosen once, and changed by
 * `npm run partitions` only.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE; KAFKA_TOPIC_MISMATCH while a change is not finished
 */
export async function asTheyAre(
  admin: Admin,
  names: Topics,
  settings: readonly TopicSettings[],
): Promise<readonly TopicSettings[]> {
  const inForce = await partitionsInForce(admin, names);
  const byStation = topicsByStation(names);
  const counts = await admin.partitionCounts(topicsByKey(names));
  return settings.map((setting) => {
    const { topic, partitions } = setting;
    const own = byStation.includes(topic) ? inForce : counts.get(topic);
    return { ...setting, partitions: own ?? partitions };
  });
}
