import { CodedError } from "../../../../schemas/errors.ts";
import type { LogReader, LogReaderOptions, LookAt, Looked } from "../ports.ts";
import { type HeaderName, headerNames } from "../wire/batch-records.ts";
import { readRecordSet } from "../wire/record-set.ts";
import { type Client, type ClusterOptions, openClient } from "./client.ts";
import {
  ask,
  type Broker,
  type Cluster,
  openCluster,
  plansOfExisting,
  type TopicPlan,
  topicPlans,
} from "./cluster.ts";
import { coded } from "./errors.ts";
import { FETCH, type FetchedPartition, type FetchTopic, fetchRequest } from "./requests/fetch.ts";
import { disconnected } from "./supervision.ts";

/** A look is one answer: what does not fit in is there at the next. */
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxPartitionBytes: 4 * 1024 * 1024 } as const;
/** How long names are believed to stand for the same topics and leaders, ms; a broker that knows better says so. */
const PLANS_MS = 30_000;
const OFFSET_OUT_OF_RANGE = 1;
const EARLIEST = -2;
const LATEST = -1;

interface Open {
  readonly client: Client;
  readonly cluster: Cluster;
}

interface Plan extends TopicPlan {
  readonly topicId: string;
}

/** Looks at Kafka over kafkajs's connections, with requests and readers of its own. */
export class KafkaJsLogReader implements LogReader {
  readonly #options: ClusterOptions;
  readonly #headers: readonly HeaderName[] | undefined;
  readonly #mayMiss: boolean;
  #open: Open | undefined;
  #plans = new Map<string, Plan>();
  #plannedAt = Number.NEGATIVE_INFINITY;

  /** @param mayMiss - topics that do not exist are left out of a look; else they fail it. */
  constructor(options: ClusterOptions, { headers }: LogReaderOptions, mayMiss = false) {
    this.#options = options;
    this.#mayMiss = mayMiss;
    this.#headers = headers && headerNames(headers);
  }

  async look(at: readonly LookAt[], waitMs = 0): Promise<readonly Looked[]> {
    try {
      const { cluster } = await this.#connected();
      await this.#plan(cluster, at);
      const byLeader = grouped(at, (one) => this.#leaderOf(one));
      const answers = await Promise.all(
        [...byLeader].map(([leader, some]) => (leader < 0 ? [] : this.#ask(cluster, leader, some, waitMs))),
      );
      return answers.flat();
    } catch (error) {
      // Whatever it was, the next look begins with a new client.
      await this.stop();
      throw coded(error, "cannot look at Kafka");
    }
  }

  async stop(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    this.#plannedAt = Number.NEGATIVE_INFINITY;
    if (!open) return;
    await disconnected(this.#options.clock, open.cluster.disconnect());
    open.client.destroy();
  }

  async #connected(): Promise<Open> {
    if (this.#open) return this.#open;
    const client = openClient(this.#options, { giveUpMs: 1_000 });
    try {
      this.#open = { client, cluster: await openCluster(client) };
    } catch (error) {
      client.destroy();
      throw error;
    }
    return this.#open;
  }

  /** Which topics the names stand for, and who leads them. */
  async #plan(cluster: Cluster, at: readonly LookAt[]): Promise<void> {
    const topics = [...new Set(at.map(({ topic }) => topic))];
    const now = this.#options.clock.monotonic();
    if (now - this.#plannedAt < PLANS_MS && topics.every((topic) => this.#plans.has(topic))) return;
    const plans = await (this.#mayMiss ? plansOfExisting : topicPlans)(cluster, topics);
    for (const topic of topics) this.#plans.delete(topic);
    for (const { topicId, ...plan } of plans) {
      if (topicId === undefined) {
        throw new CodedError("KAFKA_UNAVAILABLE", {
          message: "this Kafka tells no topic ids: 3.1 or later is needed",
          retryable: true,
        });
      }
      this.#plans.set(plan.topic, { ...plan, topicId });
    }
    this.#plannedAt = now;
  }

  #leaderOf({ topic, partition }: LookAt): number {
    return this.#plans.get(topic)?.partitions.find((p) => p.partition === partition)?.leader ?? -1;
  }

  async #ask(
    cluster: Cluster,
    leader: number,
    at: readonly LookAt[],
    maxWaitMs: number,
  ): Promise<readonly Looked[]> {
    const broker = await cluster.findBroker({ nodeId: leader });
    if ((broker.versions?.[FETCH.key]?.maxVersion ?? 0) < FETCH.version) {
      throw new CodedError("KAFKA_UNAVAILABLE", {
        message: "this Kafka cannot be asked by topic id: 3.1 or later is needed",
        retryable: true,
      });
    }
    const topics = [...grouped(at, ({ topic }) => topic)].map(
      ([topic, partitions]): FetchTopic => ({ topicId: this.#plans.get(topic)?.topicId ?? "", partitions }),
    );
    const { errorCode, partitions } = await ask(broker, fetchRequest(topics, { ...LIMITS, maxWaitMs }));
    if (errorCode !== 0) this.#plannedAt = Number.NEGATIVE_INFINITY;
    const names = new Map([...this.#plans.values()].map(({ topic, topicId }) => [topicId, topic]));
    const looked: Looked[] = [];
    for (const fetched of partitions) {
      const topic = names.get(fetched.topicId);
      const asked = at.find((one) => one.topic === topic && one.partition === fetched.partition);
      if (!asked) continue;
      const answer = await this.#answer(broker, asked, fetched);
      if (answer) looked.push(answer);
    }
    return looked;
  }

  async #answer(broker: Broker, asked: LookAt, fetched: FetchedPartition): Promise<Looked | undefined> {
    const { topic, partition, from } = asked;
    const { errorCode, topicId, bytes, aborted, logStart: start, highWaterMark: end } = fetched;
    if (errorCode === 0) {
      const place = { topic, partition, from, headers: this.#headers };
      return { topic, topicId, partition, start, end, ...readRecordSet(bytes, place, aborted) };
    }
    if (errorCode === OFFSET_OUT_OF_RANGE) {
      const [first, last] = await Promise.all(
        [EARLIEST, LATEST].map((time) => offsetAt(broker, asked, time)),
      );
      if (first === undefined || last === undefined) return undefined;
      return { topic, topicId, partition, records: [], unreadable: [], next: first, start: first, end: last };
    }
    // Another leader, or another topic of the name: asked again before the next look.
    this.#plannedAt = Number.NEGATIVE_INFINITY;
    return undefined;
  }
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

async function offsetAt(
  broker: Broker,
  { topic, partition }: LookAt,
  timestamp: number,
): Promise<number | undefined> {
  const { responses } = await broker.listOffsets({
    isolationLevel: 0,
    topics: [{ topic, partitions: [{ partition, timestamp }] }],
  });
  const offset = responses[0]?.partitions[0]?.offset;
  return offset === undefined ? undefined : Number(offset);
}
