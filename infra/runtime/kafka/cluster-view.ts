import type { ClusterOptions } from "./kafkajs/client.ts";
import { openClusterView } from "./kafkajs/cluster-view.ts";
import type { ClusterView } from "./ports.ts";

/** Kafka's metadata over kafkajs: brokers, topics, partitions with their leaders, settings, offsets. */
export function clusterView(options: ClusterOptions): ClusterView {
  return openClusterView(options);
}
