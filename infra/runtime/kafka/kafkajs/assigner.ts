import kafkajs, { type PartitionAssigner } from "kafkajs";

/** One member's partitions, the same numbers of every topic. */
export type Share = ReadonlyMap<string, readonly number[]>;

/**
 * Partition p of every topic to the same member, because the task of p needs all inputs' p: members in the order of
 * their ids, partitions dealt out in turn. (kafkajs has only a round robin over all topics' partitions together.)
 */
export function shares(members: readonly string[], partitions: number): Share {
  const sorted = [...members].sort();
  const share = new Map<string, number[]>(sorted.map((id) => [id, []]));
  for (let p = 0; p < partitions; p++) share.get(sorted[p % sorted.length] ?? "")?.push(p);
  return share;
}

const NAME = "elevated-co-partitioned";
const VERSION = 0;

export const coPartitioned: PartitionAssigner = ({ cluster }) => ({
  name: NAME,
  version: VERSION,
  async assign({ members, topics }) {
    const count = Math.min(...topics.map((topic) => cluster.findTopicPartitionMetadata(topic).length));
    return [
      ...shares(
        members.map((m) => m.memberId),
        count,
      ),
    ].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: kafkajs.AssignerProtocol.MemberAssignment.encode({
        version: VERSION,
        assignment: Object.fromEntries(topics.map((topic) => [topic, [...partitions]])),
        userData: Buffer.alloc(0),
      }),
    }));
  },
  protocol: ({ topics }) => ({
    name: NAME,
    metadata: kafkajs.AssignerProtocol.MemberMetadata.encode({
      version: VERSION,
      topics,
      userData: Buffer.alloc(0),
    }),
  }),
});
