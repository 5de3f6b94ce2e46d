import type { Committed, TopicPartition } from "../loop/ports.ts";
import { type Cluster, COORDINATES, partitionCounts } from "./cluster.ts";

/** Kafka's own topic of consumer groups' offsets. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/** Where a group's offsets are kept: Kafka takes Java's hash of its name. undefined: the topic may not be seen. */
export async function offsetsPartition(cluster: Cluster, group: string): Promise<TopicPartition | undefined> {
  const count = (await partitionCounts(cluster, [OFFSETS_TOPIC])).get(OFFSETS_TOPIC);
  if (count === undefined) return undefined;
  return {
    topic: OFFSETS_TOPIC,
    partition: Math.abs(javaHash(group) === MIN_INT ? 0 : javaHash(group)) % count,
  };
}

const MIN_INT = -(2 ** 31);

/** `String.hashCode()`. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** undefined: the group has committed nothing there. */
export async function committedOffset(
  cluster: Cluster,
  group: string,
  { topic, partition }: TopicPartition,
): Promise<Committed | undefined> {
  const coordinatorType = COORDINATES.groups;
  const coordinator = await cluster.findGroupCoordinator({ groupId: group, coordinatorType });
  const { responses } = await coordinator.offsetFetch({
    groupId: group,
    topics: [{ topic, partitions: [{ partition }] }],
  });
  const answer = responses[0]?.partitions[0];
  const next = Number(answer?.offset ?? -1);
  return next < 0 ? undefined : { next, metadata: answer?.metadata ?? "" };
}
