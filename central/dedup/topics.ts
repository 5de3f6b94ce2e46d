import { partitionsInForce } from "../../infra/runtime/kafka/partitions.ts";
import type { KafkaAdmin, OutputPartition, TopicSpec } from "../../infra/runtime/kafka/ports.ts";
import { CodedError } from "../../schemas/errors.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { CLEAN_TOPICS, parseStationTopic, partitionOf, type Topics } from "../../schemas/topics.ts";

/** What dedup reads and writes, partition by partition. */
function own(names: Topics): readonly string[] {
  return [names.raw, names.dedupState, ...CLEAN_TOPICS.map((name) => names[name]), names.deadLetter];
}

/**
 * Make what is missing, and verify that all have as many partitions: a station's state lies in the partition that its
 * number was computed to, so another number would count from nothing.
 *
 * Settings of topics that exist are left alone: they are the bootstrap's.
 *
 * @param wanted - partitions of a system that has no state yet.
 * @returns the number of partitions.
 * @throws {CodedError} KAFKA_TOPIC_MISMATCH (exit code 78), KAFKA_UNAVAILABLE
 */
export async function prepareTopics(
  admin: KafkaAdmin,
  names: Topics,
  wanted = BUILT_IN_LIMITS.partitions,
): Promise<number> {
  const existing = new Set(await admin.listTopics());
  const partitions = (await partitionsInForce(admin, names)) ?? wanted;
  const settings = topicSettings(names, { ...BUILT_IN_LIMITS, partitions });
  const specs = own(names).map((topic): TopicSpec => {
    const config = settings.find((setting) => setting.topic === topic)?.config ?? {};
    return existing.has(topic) ? { topic, partitions } : { topic, partitions, config };
  });
  await admin.ensureTopics(specs);
  return partitions;
}

/**
 * Called by a task that has fenced its predecessors: from then on the number cannot change without fencing this one.
 *
 * @param partitions - what this process has computed with since it began.
 * @throws {CodedError} KAFKA_TOPIC_MISMATCH (exit code 78), KAFKA_UNAVAILABLE
 */
export async function verifyPartitions(
  admin: Pick<KafkaAdmin, "partitionCounts">,
  names: Topics,
  partitions: number,
): Promise<void> {
  const inForce = await partitionsInForce(admin, names);
  if (inForce === partitions || inForce === undefined) return;
  throw new CodedError("KAFKA_TOPIC_MISMATCH", {
    message: `${names.raw} has ${inForce} partitions by now, not ${partitions}: to be started again`,
    retryable: false,
    context: { topic: names.raw, expected: partitions, found: inForce },
  });
}

/**
 * What the task of each partition of the raw topic writes besides its state: that partition of the merged topics, and
 * the own topics of the stations that are counted there.
 */
export function writesOf(
  names: Topics,
  partitions: number,
  stationTopics: readonly Pick<TopicSpec, "topic">[],
): (partition: number) => readonly OutputPartition[] {
  const merged = [...CLEAN_TOPICS.map((name) => names[name]), names.deadLetter];
  const own = new Map<number, OutputPartition[]>();
  for (const { topic } of stationTopics) {
    const partition = partitionOf(parseStationTopic(topic)?.stationId ?? 0, partitions);
    const theirs = own.get(partition) ?? [];
    own.set(partition, theirs);
    theirs.push({ topic, partition: 0 });
  }
  return (partition) => [...merged.map((topic) => ({ topic, partition })), ...(own.get(partition) ?? [])];
}
