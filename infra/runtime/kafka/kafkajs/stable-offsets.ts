import type { Clock } from "../../clock.ts";
import type { TopicPartition } from "../loop/ports.ts";
import type { Positions } from "../positions.ts";
import type { Cluster } from "./cluster.ts";
import { KnownPlans } from "./known-plans.ts";
import { listOffsets } from "./list-offsets.ts";

/** The last stable offset of each of these, without asking each time who leads them: every commit asks for some. */
export function stableOffsets(
  cluster: Cluster,
  clock: Clock,
): (places: readonly TopicPartition[]) => Promise<Positions> {
  const plans = new KnownPlans(cluster, clock);
  return async (places) => {
    try {
      return await listOffsets(cluster, places, "stable", (topics) => plans.of(topics));
    } catch (error) {
      plans.forget();
      throw error;
    }
  };
}
