import { type Cluster, topicPlans } from "./cluster.ts";

type Answer = Promise<ReadonlyMap<string, string | undefined>>;

/**
 * Which topic a name stands for. A topic that is deleted and made again under its name has another id, and an id never
 * comes back: one that is asked for after records were fetched, and is still the known one, was so when they were.
 */
export class TopicIds {
  readonly #cluster: Cluster;
  readonly #topics = new Set<string>();
  #asking: Answer | undefined;
  #next: Answer | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * Asked for no earlier than now; callers that wait at the same time share the next question.
   *
   * @returns undefined: the broker knows no ids.
   * @throws a protocol error of kafkajs when one of the topics asked for together does not exist.
   */
  async current(topic: string): Promise<string | undefined> {
    this.#topics.add(topic);
    this.#next ??= this.#ask();
    const answers = await this.#next;
    return answers.get(topic);
  }

  async #ask(): Answer {
    // A question under way left before this call.
    await this.#asking?.catch(() => {});
    // What else is asked for in this turn of the event loop goes along.
    await new Promise((resolve) => setImmediate(resolve));
    const topics = [...this.#topics];
    this.#topics.clear();
    this.#asking = this.#next;
    this.#next = undefined;
    const plans = await topicPlans(this.#cluster, topics);
    return new Map(plans.map(({ topic, topicId }) => [topic, topicId]));
  }
}
