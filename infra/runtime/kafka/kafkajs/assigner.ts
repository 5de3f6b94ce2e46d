import kafkajs, { type PartitionAssigner } from "kafkajs";

/** One member's partitions, the same numbers of every topic. */
export type PartitionShare = ReadonlyMap<string, readonly number[]>;

/** A member of the group, with the partitions that it would rather leave to others. */
interface Member {
  readonly id: string;
  readonly declined: ReadonlySet<number>;
}

/**
 * Partition p of every topic to the same member, because the task of p needs all inputs' p: members in the order of
 * their ids, each partition to the one with the fewest. (kafkajs has only a round robin over all topics' partitions together.)
 *
 * A member that declines a partition gets it only when all do.
 */
export function shares(members: readonly Member[], partitions: number): PartitionShare {
  const sorted = members.toSorted((x, y) => (x.id < y.id ? -1 : 1));
  const share = new Map<string, number[]>(sorted.map(({ id }) => [id, []]));
  for (let p = 0; p < partitions; p++) {
    const willing = sorted.filter(({ declined }) => !declined.has(p));
    const mine = (willing.length > 0 ? willing : sorted).flatMap(({ id }) => [share.get(id) ?? []]);
    const fewest = Math.min(...mine.map((list) => list.length));
    mine.find((list) => list.length === fewest)?.push(p);
  }
  return share;
}

const NAME = "elevated-co-partitioned";
const VERSION = 0;

/** @param declined - partitions that this member would rather leave to others, when it joins. */
export function coPartitioned(declined: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    async assign({ members, topics }) {
      const count = Math.min(...topics.map((topic) => cluster.findTopicPartitionMetadata(topic).length));
      const all = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        declined: new Set(declinedIn(memberMetadata)),
      }));
      return [...shares(all, count)].map(([memberId, partitions]) => ({
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
        userData: Buffer.from(declined().join(",")),
      }),
    }),
  });
}

/** Members from before partitions could be declined say nothing. */
function declinedIn(metadata: Buffer): readonly number[] {
  const userData = kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.userData;
  return (userData?.toString("latin1") ?? "").split(",").filter(Boolean).map(Number);
}
