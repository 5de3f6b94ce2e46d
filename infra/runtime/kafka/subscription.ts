import type { ClusterOptions } from "./kafkajs/client.ts";
import { openSubscription } from "./kafkajs/subscriber.ts";
import type { Subscribe } from "./ports.ts";

/** Consumer groups over kafkajs for those who keep offsets beside their output. */
export function subscriber(cluster: ClusterOptions): Subscribe {
  return (options) => openSubscription(cluster, options);
}
