import type { ClusterView } from "../../../runtime/kafka/ports.ts";
import type { MemoryKafka } from "../../../runtime/kafka/testing/memory.ts";

/** One broker's view of in-memory Kafka, for unit tests. */
export async function memoryCluster(
  kafka: MemoryKafka,
  { makesTopics = false }: { readonly makesTopics?: boolean } = {},
): Promise<ClusterView> {
  const admin = await kafka.admin();
  const partitions: ClusterView["partitions"] = async (topic) => {
    if (!(await admin.listTopics()).includes(topic)) return undefined;
    const count = await admin.partitionsOf(topic);
    return Array.from({ length: count }, (_, partition) => ({
      ...{ partition, leader: 1, replicas: [1], inSync: [1] },
    }));
  };
  return {
    brokers: async () => [1],
    topics: () => admin.listTopics(),
    partitions,
    async appear(topic) {
      if (!makesTopics) return undefined;
      await admin.ensureTopics([{ topic, partitions: 1 }]);
      return partitions(topic);
    },
    configs: async () => ({ "cleanup.policy": "delete", "sasl.password": null }),
    offsets: async (topic, partition) => ({
      beginning: 0,
      end: (await admin.endOffsets(topic))[partition] ?? 0,
    }),
    close: () => admin.close(),
  };
}
