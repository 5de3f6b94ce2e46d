import kafkajs, { type Admin } from "kafkajs";
import { CodedError, messageOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import type { ClusterView, PartitionView } from "../ports.ts";
import type { ClusterOptions } from "./client.ts";
import { openClient } from "./client.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { topicOffsets } from "./topic-offsets.ts";

/** How long a list of topics is believed; a topic or partition that is not in it is always asked for again. */
const TOPICS_MAX_AGE_MS = 10_000;

/** How long a new topic may take to have a leader: 5 s, on a busy machine longer. */
const APPEAR_TRIES = 50;
const APPEAR_PAUSE_MS = 100;

type Topics = ReadonlyMap<string, readonly PartitionView[]>;

/** Kafka's metadata through kafkajs's admin client, connected at the first question. */
export function openClusterView(options: ClusterOptions): ClusterView {
  const client = openClient(options, { giveUpMs: 5_000 });
  const admin = client.kafka.admin();
  let connecting: Promise<void> | undefined;
  let remembered: { readonly topics: Promise<Topics>; readonly at: number } | undefined;

  const ask = async <T>(question: (admin: Admin) => Promise<T>): Promise<T> => {
    try {
      connecting ??= admin.connect();
      await connecting;
      return await question(admin);
    } catch (cause) {
      connecting = undefined;
      throw unavailable(cause);
    }
  };

  const topicsOf = (fresh: boolean): Promise<Topics> => {
    const now = options.clock.monotonic();
    if (remembered && !fresh && now - remembered.at < TOPICS_MAX_AGE_MS) return remembered.topics;
    const topics = ask(async (a) => viewOf(await a.fetchTopicMetadata()));
    const entry = { topics, at: now };
    remembered = entry;
    topics.catch(() => {
      if (remembered === entry) remembered = undefined;
    });
    return topics;
  };

  const makesTopics = new Automatic(ask);

  return {
    async appear(topic) {
      if (!(await makesTopics.enabled())) return undefined;
      const cluster = await openCluster(client, { allowAutoTopicCreation: true });
      try {
        await untilThere(cluster, topic, options.clock);
      } finally {
        await cluster.disconnect().catch(() => {});
      }
      return (await topicsOf(true)).get(topic);
    },
    brokers: () =>
      ask(async (a) => (await a.describeCluster()).brokers.map(({ nodeId }) => nodeId).sort((x, y) => x - y)),
    topics: async () => [...(await topicsOf(true)).keys()],
    partitions: async (topic, fresh = false) => (await topicsOf(fresh)).get(topic),
    configs: (topic) =>
      ask(async (a) => {
        const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }];
        const answer = await a.describeConfigs({ includeSynonyms: false, resources });
        const entries = answer.resources[0]?.configEntries ?? [];
        return Object.fromEntries(entries.map((e) => [e.configName, e.isSensitive ? null : e.configValue]));
      }),
    offsets: (topic, partition) =>
      ask(async () => {
        const found = (await topicOffsets(client, topic)).find((o) => o.partition === partition);
        return { beginning: Number(found?.low ?? 0), end: Number(found?.high ?? 0) };
      }),
    async close() {
      await admin.disconnect().catch(() => {});
      client.destroy();
    },
  };
}

type Ask = <T>(question: (admin: Admin) => Promise<T>) => Promise<T>;

/** Do the brokers make topics that are missing? Asked once: it is a setting that only a restart changes. */
class Automatic {
  readonly #ask: Ask;
  #known: Promise<boolean> | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  enabled(): Promise<boolean> {
    this.#known ??= this.#ask(async (admin) => {
      const [broker] = (await admin.describeCluster()).brokers;
      const name = "auto.create.topics.enable";
      const wanted = {
        type: kafkajs.ConfigResourceTypes.BROKER,
        name: String(broker?.nodeId),
        configNames: [name],
      };
      const answer = await admin.describeConfigs({ includeSynonyms: false, resources: [wanted] });
      return answer.resources[0]?.configEntries[0]?.configValue === "true";
    }).catch((error: unknown) => {
      this.#known = undefined;
      throw error;
    });
    return this.#known;
  }
}

/** The first answer about a topic that is just being made is that there is none, the next that it has no leader. */
async function untilThere(cluster: Cluster, topic: string, clock: Clock): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      await cluster.addTargetTopic(topic);
      return;
    } catch (error) {
      if (n >= APPEAR_TRIES) throw unavailable(error);
    }
    await clock.sleep(APPEAR_PAUSE_MS);
  }
}

function unavailable(cause: unknown): CodedError {
  const message = `Kafka does not answer: ${messageOf(cause)}`;
  return new CodedError("KAFKA_UNAVAILABLE", { message, retryable: true, cause });
}

function viewOf({ topics }: Awaited<ReturnType<Admin["fetchTopicMetadata"]>>): Topics {
  return new Map(
    topics.map(({ name, partitions }) => {
      const views = partitions.map(({ partitionId, leader, replicas, isr }) => ({
        partition: partitionId,
        leader,
        replicas,
        inSync: isr,
      }));
      return [name, views.sort((a, b) => a.partition - b.partition)];
    }),
  );
}
