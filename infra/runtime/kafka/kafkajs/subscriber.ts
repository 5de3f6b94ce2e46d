import type { Consumer, EachBatchPayload } from "kafkajs";
import { messageOf } from "../../../../schemas/errors.ts";
import type { SubscribeOptions, Subscription } from "../ports.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { incoming } from "./incoming.ts";
import { listOffsets } from "./list-offsets.ts";
import { MAX_WAIT_MS } from "./reader.ts";
import { disconnected, keepAlive, pauseBefore } from "./supervision.ts";
import { TopicIds } from "./topic-ids.ts";

/** As a processor's: a killed member's partitions are read on soon (delivery rule 5h). */
const SESSION_MS = 3_000;
const HEARTBEAT_MS = 500;
const REBALANCE_MS = 6_000;
const MAX_RECORDS = 5_000;
/** How often what was taken is committed to Kafka, for those who ask for the group's lag. */
const COMMIT_MS = 500;
/** Of one partition at a time: kafkajs fetches again only after all of it was taken. */
const FETCH_BYTES = 4 * 1024 * 1024;

/** A member of a consumer group that commits nothing to Kafka. Connects in the background, for as long as it takes. */
export function openSubscription(cluster: ClusterOptions, settings: SubscribeOptions): Subscription {
  return new KafkaJsSubscription(cluster, settings);
}

/** One consumer, and what is asked of the brokers beside it. */
interface Life {
  readonly consumer: Consumer;
  readonly cluster: Cluster;
  readonly ids: TopicIds;
}

class KafkaJsSubscription implements Subscription {
  readonly #cluster: ClusterOptions;
  readonly #settings: SubscribeOptions;
  readonly #stopping = new AbortController();
  readonly #supervised: { stop(): Promise<void> };
  /** Partitions of this assignment that were sought to their position, each with the topic's id at that time. */
  readonly #placed = new Map<number, string | undefined>();
  /** Next offset by partition, where it is not committed yet. */
  readonly #uncommitted = new Map<number, number>();
  #trouble: string | undefined;

  constructor(cluster: ClusterOptions, settings: SubscribeOptions) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#supervised = keepAlive(
      cluster,
      `reading ${settings.topic}`,
      (onCrash) => this.#life(onCrash),
      (error) => {
        this.#trouble = error.message;
      },
    );
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#supervised.stop();
  }

  async #life(onCrash: (error: Error) => void): Promise<() => Promise<void>> {
    const client = openClient(this.#cluster, { giveUpMs: 1_000 });
    const consumer = client.kafka.consumer({
      groupId: this.#settings.group,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: FETCH_BYTES,
      allowAutoTopicCreation: false,
      retry: { retries: 10, restartOnFailure: async () => false },
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error));
    // Emitted between the assignment and the next fetch, synchronously.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#placed.clear();
      this.#uncommitted.clear();
    });
    try {
      const cluster = await openCluster(client);
      const ids = new TopicIds(cluster);
      await consumer.connect();
      // Also what an offset that retention has passed by is reset to.
      await consumer.subscribe({ topics: [this.#settings.topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload) => this.#eachBatch({ consumer, cluster, ids }, payload),
      });
    } catch (error) {
      client.destroy();
      throw error;
    }
    const stopCommitting = this.#cluster.clock.every(COMMIT_MS, () => void this.#commit(consumer));
    return async () => {
      stopCommitting();
      await disconnected(this.#cluster.clock, consumer.disconnect());
      client.destroy();
    };
  }

  async #eachBatch(life: Life, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, resolveOffset } = payload;
    const { topic, partition } = batch;
    const { onRecords } = this.#settings;
    const wanted = (): boolean => payload.isRunning() && !payload.isStale() && !this.#stopping.signal.aborted;
    const beat = this.#cluster.clock.every(HEARTBEAT_MS, () => void heartbeat().catch(() => {}));
    try {
      // After the fetch: what is still the same topic now was it then.
      const id = await this.#persistently(wanted, () => life.ids.current(topic));
      if (!id || !wanted()) return;
      const topicId = id.value;
      if (!this.#placed.has(partition) || this.#placed.get(partition) !== topicId) {
        const placed = await this.#place(life, batch, topicId, wanted);
        if (!placed) return;
      }
      for (let from = 0; from < batch.messages.length; from += MAX_RECORDS) {
        const messages = batch.messages.slice(from, from + MAX_RECORDS);
        const records = messages.map((message) => incoming(topic, partition, message));
        const done = await this.#persistently(wanted, () => onRecords(partition, records, topicId));
        const last = records.at(-1);
        if (!done || !last) return;
        resolveOffset(String(last.offset));
        this.#uncommitted.set(partition, last.offset + 1);
      }
    } finally {
      beat();
    }
  }

  /** Ask for the partition's position. @returns whether the batch at hand is what stands there. */
  async #place(
    { consumer, cluster }: Life,
    batch: EachBatchPayload["batch"],
    topicId: string | undefined,
    wanted: () => boolean,
  ): Promise<boolean> {
    const { topic, partition } = batch;
    if (this.#placed.has(partition)) {
      this.#cluster.logger.error(
        { topic, partition, was: this.#placed.get(partition), is: topicId },
        `${topic} was deleted and made again: asking where to read it from`,
      );
    }
    const found = await this.#persistently(wanted, async () => {
      const next = await this.#settings.position(partition, Number(batch.highWatermark), topicId);
      return next ?? (await listOffsets(cluster, [batch], "first")).get(topic, partition) ?? 0;
    });
    if (!found || !wanted()) return false;
    this.#placed.set(partition, topicId);
    this.#uncommitted.delete(partition);
    const next = found.value;
    if (next === Number(batch.firstOffset())) return true;
    consumer.seek({ topic, partition, offset: String(next) });
    return false;
  }

  async #commit(consumer: Consumer): Promise<void> {
    if (this.#uncommitted.size === 0) return;
    const { topic } = this.#settings;
    const offsets = [...this.#uncommitted].map(([partition, offset]) => ({
      topic,
      partition,
      offset: String(offset),
    }));
    this.#uncommitted.clear();
    // A hint: what is missed here comes with the next.
    await consumer.commitOffsets(offsets).catch(() => {});
  }

  /** undefined: no longer wanted. */
  async #persistently<T>(
    wanted: () => boolean,
    action: () => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const { clock, logger } = this.#cluster;
    for (let failures = 0; wanted(); failures++) {
      try {
        const value = await action();
        this.#trouble = undefined;
        return { value };
      } catch (error) {
        this.#trouble = messageOf(error);
        if (failures === 0) logger.warn(`${this.#settings.topic} waits: ${this.#trouble}`);
        await clock.sleep(pauseBefore(failures), this.#stopping.signal);
      }
    }
    return undefined;
  }
}
