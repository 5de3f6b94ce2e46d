import kafkajs, { type Admin } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import { forgottenIn } from "../loop/open-transactions.ts";
import { partitionsIn } from "../loop/topic-partitions.ts";
import type { ActiveGroup, HangingTransaction, KafkaAdmin, TopicDescription, TopicSpec } from "../ports.ts";
import { activeGroups } from "./active-groups.ts";
import { type Client, type ClusterOptions, openClient } from "./client.ts";
import { type Cluster, openCluster, partitionCounts } from "./cluster.ts";
import { brokerError, coded } from "./errors.ts";
import { listOffsets } from "./list-offsets.ts";
import { openTransactions, tellsOfTransactions, transactionOf } from "./open-transactions.ts";
import { CREATED_SETTLE_MS, persistently } from "./persistence.ts";
import { TopicIds } from "./topic-ids.ts";
import { allServed, groupOffsets, topicOffsets } from "./topic-offsets.ts";
import { openTransactions as openProducer } from "./transactions.ts";

const GIVE_UP_MS = 10_000;
const CREATE_TIMEOUT_MS = 10_000;
/** AlterConfigs replaces all of a topic's settings: those that were set for it before must be sent along. */
const SET_FOR_TOPIC = 1;

/** @throws {CodedError} KAFKA_UNAVAILABLE */
export async function openAdmin(options: ClusterOptions): Promise<KafkaAdmin> {
  const client = openClient(options, { giveUpMs: GIVE_UP_MS });
  const admin = client.kafka.admin();
  try {
    await admin.connect();
  } catch (error) {
    client.destroy();
    throw coded(error, `cannot reach Kafka at ${options.brokers.join(", ")}`);
  }
  return new KafkaJsAdmin(client, admin, options);
}

class KafkaJsAdmin implements KafkaAdmin {
  readonly #client: Client;
  readonly #admin: Admin;
  readonly #options: ClusterOptions;
  readonly #clock: Clock;
  /** Opened when it is first needed. */
  #cluster: Promise<Cluster> | undefined;

  constructor(client: Client, admin: Admin, options: ClusterOptions) {
    this.#client = client;
    this.#admin = admin;
    this.#options = options;
    this.#clock = options.clock;
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    if (specs.length === 0) return;
    try {
      // Of a cluster with ten thousand topics only these are asked for.
      const asked = specs.map(({ topic }) => topic);
      const existing = await persistently(this.#clock, async () =>
        partitionCounts(await this.#connected(), asked),
      );
      const missing = specs.filter((spec) => !existing.has(spec.topic));
      if (missing.length > 0) await this.#create(missing);
      await this.#verifyPartitions(specs);
      // Without this the first transaction to a new topic fails, and its worker has to begin again.
      const created = missing.map(({ topic }) => topic);
      const served = (): Promise<void> => allServed(this.#client, created);
      if (created.length > 0) await persistently(this.#clock, served, CREATED_SETTLE_MS);
      await this.#verifyConfig(specs.filter((spec) => existing.has(spec.topic)));
    } catch (error) {
      throw coded(error, "cannot prepare topics");
    }
  }

  async growTopics(specs: readonly Pick<TopicSpec, "topic" | "partitions">[]): Promise<void> {
    const found = await this.partitionCounts(specs.map(({ topic }) => topic));
    const growing = specs.filter(({ topic, partitions }) => (found.get(topic) ?? 0) < partitions);
    for (const { topic, partitions } of specs) {
      const actual = found.get(topic) ?? 0;
      if (actual > partitions) throw mismatch(topic, partitions, actual);
    }
    if (growing.length === 0) return;
    await this.#coded("cannot add partitions", async () => {
      const topicPartitions = growing.map(({ topic, partitions }) => ({ topic, count: partitions }));
      await this.#admin.createPartitions({ topicPartitions, timeout: CREATE_TIMEOUT_MS });
      await persistently(this.#clock, () => this.#grown(growing), CREATED_SETTLE_MS);
    });
  }

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#coded("cannot read topics", () =>
      persistently(this.#clock, async () => partitionCounts(await this.#connected(), topics)),
    );
  }

  async activeGroups(): Promise<readonly ActiveGroup[]> {
    return this.#coded("cannot list consumer groups", () =>
      persistently(this.#clock, () => activeGroups(this.#admin)),
    );
  }

  async fence(transactionalIds: readonly string[]): Promise<void> {
    for (const id of transactionalIds) {
      // Its group is named in its commits only, and there is none.
      const producer = await openProducer(this.#options, id, "");
      await producer.close();
    }
  }

  async listTopics(): Promise<readonly string[]> {
    return this.#coded("cannot list topics", () => this.#admin.listTopics());
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    const offsets = await this.#coded(`cannot read offsets of ${topic}`, () =>
      persistently(this.#clock, () => topicOffsets(this.#client, topic)),
    );
    return inOrder(offsets).map((o) => Number(o.high));
  }

  async offsetsAt(topic: string, at: number): Promise<readonly number[]> {
    return this.#coded(`cannot read offsets of ${topic}`, () =>
      persistently(this.#clock, async () => {
        const cluster = await this.#connected();
        const places = partitionsIn(await partitionCounts(cluster, [topic]));
        if (places.length === 0)
          throw new kafkajs.KafkaJSError(`there is no topic ${topic}`, { retriable: true });
        const [first, ends] = await Promise.all([
          listOffsets(cluster, places, Math.ceil(at)),
          listOffsets(cluster, places, "end"),
        ]);
        return places.map(({ partition }) => {
          const offset = first.get(topic, partition) ?? -1;
          return offset < 0 ? (ends.get(topic, partition) ?? 0) : offset;
        });
      }),
    );
  }

  async committedOffsets(group: string, topic: string): Promise<readonly number[] | null> {
    const offsets = await this.#coded(`cannot read offsets of the group ${group}`, () =>
      groupOffsets(this.#client, group, topic),
    );
    const next = inOrder(offsets).map(({ offset }) => Number(offset));
    return next.some((offset) => offset >= 0) ? next.map((offset) => Math.max(0, offset)) : null;
  }

  async partitionsOf(topic: string): Promise<number> {
    const counts = await this.#coded(`cannot read partitions of ${topic}`, () =>
      this.#partitionCounts([topic]),
    );
    return counts.get(topic) ?? 0;
  }

  async topicId(topic: string): Promise<string | undefined> {
    return this.#coded(`cannot read the id of ${topic}`, () =>
      persistently(this.#clock, async () => new TopicIds(await this.#connected()).current(topic)),
    );
  }

  async settingsOf(topic: string): Promise<Readonly<Record<string, string>>> {
    const { resources } = await this.#coded(`cannot read the settings of ${topic}`, () =>
      persistently(this.#clock, () =>
        this.#admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
        }),
      ),
    );
    const entries = resources.flatMap(({ configEntries }) => configEntries);
    return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
  }

  async describeTopics(topics?: readonly string[]): Promise<readonly TopicDescription[]> {
    const existing = await this.listTopics();
    const wanted = topics ? existing.filter((topic) => topics.includes(topic)) : existing;
    if (wanted.length === 0) return [];
    const metadata = await this.#coded("cannot describe topics", () =>
      persistently(this.#clock, () => this.#admin.fetchTopicMetadata({ topics: [...wanted] })),
    );
    return metadata.topics.map(({ name, partitions }) => ({
      topic: name,
      replicas: partitions
        .toSorted((x, y) => x.partitionId - y.partitionId)
        .map((partition) => partition.replicas.length),
    }));
  }

  async hangingTransactions(topics: readonly string[]): Promise<readonly HangingTransaction[]> {
    return this.#coded("cannot look for hanging transactions", () =>
      persistently(this.#clock, async () => {
        const cluster = await this.#connected();
        if (!tellsOfTransactions(await cluster.brokerPool.findConnectedBroker())) return [];
        const places = partitionsIn(await partitionCounts(cluster, topics));
        if (places.length === 0) return [];
        return forgottenIn(
          {
            open: (all) => openTransactions(cluster, all),
            coordinated: (producerId) => transactionOf(cluster, producerId),
          },
          places,
        );
      }),
    );
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    const existing = await this.listTopics();
    const doomed = topics.filter((topic) => existing.includes(topic));
    if (doomed.length === 0) return;
    await this.#coded("cannot delete topics", () =>
      this.#admin.deleteTopics({ topics: doomed, timeout: CREATE_TIMEOUT_MS }),
    );
  }

  async clusterId(): Promise<string> {
    const cluster = await this.#coded("cannot describe the cluster", () => this.#admin.describeCluster());
    return cluster.clusterId;
  }

  async close(): Promise<void> {
    const cluster = await this.#cluster?.catch(() => undefined);
    await Promise.all([this.#admin.disconnect(), cluster?.disconnect()]).catch(() => {});
    this.#client.destroy();
  }

  #connected(): Promise<Cluster> {
    this.#cluster ??= openCluster(this.#client);
    this.#cluster.catch(() => {
      this.#cluster = undefined;
    });
    return this.#cluster;
  }

  /** Another process may create the same ones at the same moment: what counts is that they exist afterwards. */
  async #create(specs: readonly TopicSpec[]): Promise<void> {
    const topics = specs.map((spec) => ({
      topic: spec.topic,
      numPartitions: spec.partitions,
      replicationFactor: -1,
      configEntries: Object.entries(spec.config ?? {}).map(([name, value]) => ({ name, value })),
    }));
    try {
      await this.#admin.createTopics({ topics, timeout: CREATE_TIMEOUT_MS, waitForLeaders: false });
    } catch (error) {
      if (!allExist(error)) throw error;
    }
  }

  /** Partitions of each topic, once the broker that is asked knows a leader of all. */
  #partitionCounts(topics: readonly string[], settleMs?: number): Promise<ReadonlyMap<string, number>> {
    const counts = async (): Promise<ReadonlyMap<string, number>> => {
      const metadata = await this.#admin.fetchTopicMetadata({ topics: [...topics] });
      if (metadata.topics.some((topic) => topic.partitions.some((p) => p.leader < 0))) {
        throw new kafkajs.KafkaJSError("a partition has no leader yet", { retriable: true });
      }
      return new Map(metadata.topics.map((topic) => [topic.name, topic.partitions.length]));
    };
    return persistently(this.#clock, counts, settleMs);
  }

  /** Every broker that may be asked knows the new partitions, and their leaders take records. */
  async #grown(specs: readonly Pick<TopicSpec, "topic" | "partitions">[]): Promise<void> {
    const topics = specs.map(({ topic }) => topic);
    const found = partitionCounts(await this.#connected(), topics);
    for (const { topic, partitions } of specs) {
      if (((await found).get(topic) ?? 0) >= partitions) continue;
      throw new kafkajs.KafkaJSError(`${topic} has no ${partitions} partitions yet`, { retriable: true });
    }
    await allServed(this.#client, topics);
  }

  async #verifyPartitions(specs: readonly TopicSpec[]): Promise<void> {
    const found = await this.#partitionCounts(
      specs.map((spec) => spec.topic),
      CREATED_SETTLE_MS,
    );
    for (const { topic, partitions } of specs) {
      const actual = found.get(topic) ?? 0;
      if (actual !== partitions) throw mismatch(topic, partitions, actual);
    }
  }

  async #verifyConfig(specs: readonly TopicSpec[]): Promise<void> {
    const wanted = specs.filter((spec) => Object.keys(spec.config ?? {}).length > 0);
    if (wanted.length === 0) return;
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await this.#admin.describeConfigs({
      includeSynonyms: false,
      resources: wanted.map((spec) => ({ type, name: spec.topic })),
    });
    const changes = wanted.flatMap((spec) => {
      const entries = resources.find((r) => r.resourceName === spec.topic)?.configEntries ?? [];
      const current = new Map(entries.map((e) => [e.configName, e.configValue]));
      const config = Object.entries(spec.config ?? {});
      if (config.every(([name, value]) => current.get(name) === value)) return [];
      const kept = entries.filter((e) => Number(e.configSource) === SET_FOR_TOPIC);
      const merged = new Map([...kept.map((e) => [e.configName, e.configValue] as const), ...config]);
      const configEntries = [...merged].map(([name, value]) => ({ name, value }));
      return [{ type, name: spec.topic, configEntries }];
    });
    if (changes.length > 0) await this.#admin.alterConfigs({ validateOnly: false, resources: changes });
  }

  async #coded<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw coded(error, doing);
    }
  }
}

function mismatch(topic: string, expected: number, found: number): CodedError {
  return new CodedError("KAFKA_TOPIC_MISMATCH", {
    message: `${topic} has ${found} partitions, not ${expected}: give the number it has, or start with an empty topic`,
    retryable: false,
    context: { topic, expected, found },
  });
}

function allExist(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSAggregateError) {
    return error.errors.every((e) => brokerError(e) === "TOPIC_ALREADY_EXISTS");
  }
  return brokerError(error) === "TOPIC_ALREADY_EXISTS";
}

function inOrder<T extends { readonly partition: number }>(partitions: readonly T[]): readonly T[] {
  return [...partitions].sort((x, y) => x.partition - y.partition);
}
