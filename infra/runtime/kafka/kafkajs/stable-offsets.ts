import type { Clock } from "../../clock.ts";
import type { TopicPartition } from "../loop/ports.ts";
import type { Positions } from "../positions.ts";
import { type Cluster, type TopicPlan, topicPlans } from "./cluster.ts";
import { listOffsets } from "./list-offsets.ts";

/** For so long leaders are believed, ms; a broker that is asked in vain says so at once. */
const BELIEVED_MS = 30_000;

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

/** Who leads which partitions. */
class KnownPlans {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #plans = new Map<string, { readonly plan: TopicPlan; readonly at: number }>();

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** @throws a protocol error of kafkajs when one of them does not exist or has a partition without a leader */
  async of(topics: readonly string[]): Promise<readonly TopicPlan[]> {
    const now = this.#clock.monotonic();
    const missing = topics.filter(
      (topic) => now - (this.#plans.get(topic)?.at ?? Number.NEGATIVE_INFINITY) > BELIEVED_MS,
    );
    if (missing.length > 0) {
      for (const plan of await topicPlans(this.#cluster, missing)) {
        this.#plans.set(plan.topic, { plan, at: now });
      }
    }
    return topics.flatMap((topic) => this.#plans.get(topic)?.plan ?? []);
  }

  /** An answer was an error: leaders may have changed. */
  forget(): void {
    this.#plans.clear();
  }
}
