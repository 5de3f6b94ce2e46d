import type { TopicPartition } from "../loop/ports.ts";
import { Positions } from "../positions.ts";
import type { Broker, Cluster } from "./cluster.ts";
import { type TopicPlan, topicPlans } from "./cluster.ts";

/** Which of a partition's offsets is asked for; a number: of the first record that is not older, epoch ms, or -1. */
export type OffsetKind = "first" | "stable" | "end" | number;

/** Kafka's names: a special timestamp, and read_uncommitted (0) or read_committed (1). */
const ASKED = {
  first: { timestamp: -2, isolationLevel: 0 },
  /** The last stable offset: where the oldest open transaction begins, or the high-water mark. */
  stable: { timestamp: -1, isolationLevel: 1 },
  /** The high-water mark. */
  end: { timestamp: -1, isolationLevel: 0 },
} as const;

/** Who leads these topics' partitions. */
type PlansOf = (topics: readonly string[]) => Promise<readonly TopicPlan[]>;

/**
 * One offset of each of these partitions, as their leaders know them now: a request for each leader.
 *
 * @throws a protocol error of kafkajs, for example when a partition has no leader
 */
export async function listOffsets(
  cluster: Cluster,
  places: readonly TopicPartition[],
  kind: OffsetKind,
  plansOf: PlansOf = (topics) => topicPlans(cluster, topics),
): Promise<Positions> {
  const offsets = new Positions();
  const { timestamp, isolationLevel } =
    typeof kind === "number" ? { timestamp: kind, isolationLevel: 0 } : ASKED[kind];
  await Promise.all(
    [...(await byLeader(cluster, places, plansOf))].map(async ([leader, topics]) => {
      const broker: Broker = await cluster.findBroker({ nodeId: leader });
      const { responses } = await broker.listOffsets({
        isolationLevel,
        topics: [...topics].map(([topic, partitions]) => ({
          topic,
          partitions: partitions.map((partition) => ({ partition, timestamp })),
        })),
      });
      for (const { topic, partitions } of responses) {
        for (const { partition, offset } of partitions) offsets.set(topic, partition, Number(offset));
      }
    }),
  );
  return offsets;
}

/** Partitions by leader and topic. */
export async function byLeader(
  cluster: Cluster,
  places: readonly TopicPartition[],
  plansOf: PlansOf = (topics) => topicPlans(cluster, topics),
): Promise<ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>> {
  const plans = await plansOf([...new Set(places.map(({ topic }) => topic))]);
  const leaders = new Positions();
  for (const { topic, partitions } of plans) {
    for (const { partition, leader } of partitions) leaders.set(topic, partition, leader);
  }
  const shares = new Map<number, Map<string, number[]>>();
  for (const { topic, partition } of places) {
    const leader = leaders.get(topic, partition) ?? -1;
    const share = shares.get(leader) ?? new Map<string, number[]>();
    shares.set(leader, share.set(topic, [...(share.get(topic) ?? []), partition]));
  }
  return shares;
}
