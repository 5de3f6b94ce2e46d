import type { Clock } from "../../clock.ts";
import { type Cluster, type TopicPlan, topicPlans } from "./cluster.ts";

/** For so long names are believed to stand for the same topics and leaders, ms; a broker that knows better says so. */
const BELIEVED_MS = 30_000;

/** Which topics the names stand for and who leads their partitions, without asking before each request. */
export class KnownPlans {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #ask: typeof topicPlans;
  readonly #plans = new Map<string, { readonly plan: TopicPlan; readonly at: number }>();

  /** @param asking - how a cluster is asked: it decides what becomes of topics that do not exist. */
  constructor(cluster: Cluster, clock: Clock, asking = topicPlans) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#ask = asking;
  }

  /** @throws a protocol error of kafkajs, as `asking` does */
  async of(topics: readonly string[]): Promise<readonly TopicPlan[]> {
    const now = this.#clock.monotonic();
    const missing = topics.filter(
      (topic) => now - (this.#plans.get(topic)?.at ?? Number.NEGATIVE_INFINITY) > BELIEVED_MS,
    );
    if (missing.length > 0) {
      for (const topic of missing) this.#plans.delete(topic);
      for (const plan of await this.#ask(this.#cluster, missing)) {
        this.#plans.set(plan.topic, { plan, at: now });
      }
    }
    return topics.flatMap((topic) => this.#plans.get(topic)?.plan ?? []);
  }

  /** An answer was an error: leaders or topics may have changed. */
  forget(): void {
    this.#plans.clear();
  }
}
