import type { Consumer, EachBatchPayload } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { Processor, ProcessorOptions, Trouble } from "../ports.ts";
import { coPartitioned } from "./assigner.ts";
import { Assignments } from "./assignments.ts";
import { chunks, commitGap, holdBack, loadOf, type TransactionLimits } from "./chunks.ts";
import { type Client, type ClusterOptions, openClient } from "./client.ts";
import { type Cluster, openCluster, topicPlans } from "./cluster.ts";
import { coded } from "./errors.ts";
import { incoming } from "./incoming.ts";
import { loopKafka } from "./loop-kafka.ts";
import { persistently } from "./persistence.ts";
import { MAX_WAIT_MS } from "./reader.ts";
import { disconnected, keepAlive } from "./supervision.ts";

/** kafkajs's defaults leave a killed instance's partitions unread for up to a minute (delivery rule 5h). */
const SESSION_MS = 3_000;
const HEARTBEAT_MS = 500;
const REBALANCE_MS = 6_000;
const DEFAULT_MAX_RECORDS = 2_000;
const DEFAULT_MAX_BYTES = 256 * 1024;
/** kafkajs's own: a transaction can be no larger than what one fetch brings. */
const DEFAULT_FETCH_BYTES = 1024 * 1024;
const DEFAULT_GAP_MS = 25;

/** @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH */
export async function openProcessor(cluster: ClusterOptions, options: ProcessorOptions): Promise<Processor> {
  const client = openClient(cluster, { giveUpMs: 5_000 });
  let connected: Cluster;
  let partitions: number;
  try {
    connected = await openCluster(client);
    partitions = await persistently(cluster.clock, () => verified(connected, options));
  } catch (error) {
    client.destroy();
    throw coded(error, `cannot start ${options.group}`);
  }
  return new KafkaJsProcessor(cluster, options, client, connected, partitions);
}

/** @throws {CodedError} KAFKA_TOPIC_MISMATCH */
async function verified(cluster: Cluster, { inputs, stateTopic }: ProcessorOptions): Promise<number> {
  const plans = await topicPlans(cluster, [stateTopic, ...inputs]);
  const counts = new Map(plans.map(({ topic, partitions }) => [topic, partitions.length]));
  const expected = counts.get(stateTopic) ?? 0;
  for (const input of inputs) {
    const found = counts.get(input) ?? 0;
    if (found !== expected) {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", {
        message: `${input} has ${found} partitions, its state topic ${stateTopic} has ${expected}`,
        retryable: false,
        context: { topic: input, expected, found },
      });
    }
  }
  return expected;
}

class KafkaJsProcessor implements Processor {
  readonly failed: Promise<never>;
  readonly #cluster: ClusterOptions;
  readonly #options: ProcessorOptions;
  readonly #client: Client;
  readonly #concurrency: number;
  readonly #limits: TransactionLimits;
  readonly #assignments: Assignments;
  readonly #supervised: { stop(): Promise<void> };
  #crash: (error: Error) => void = () => {};

  constructor(
    cluster: ClusterOptions,
    options: ProcessorOptions,
    client: Client,
    connected: Cluster,
    partitions: number,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#client = client;
    this.#concurrency = partitions * options.inputs.length;
    this.#limits = {
      records: options.maxRecords ?? DEFAULT_MAX_RECORDS,
      bytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
    };
    let fail = (_error: CodedError): void => {};
    this.failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.failed.catch(() => {});
    this.#assignments = new Assignments(cluster, options, loopKafka(cluster, connected), {
      onFinal: fail,
      onDecline: () => this.#crash(leaving(options.group)),
    });
    const doing = `processing ${options.inputs.join(", ")}`;
    this.#supervised = keepAlive(cluster, doing, (onCrash) => this.#life(onCrash), fail);
  }

  get partitions(): readonly number[] {
    return this.#assignments.ready();
  }

  get troubles(): readonly Trouble[] {
    return this.#assignments.troubles;
  }

  async stop(): Promise<void> {
    await this.#supervised.stop();
    await this.#assignments.close();
    this.#client.destroy();
  }

  async #life(onCrash: (error: Error) => void): Promise<() => Promise<void>> {
    this.#crash = onCrash;
    const client = openClient(this.#cluster, { giveUpMs: 1_000 });
    const consumer = client.kafka.consumer({
      groupId: this.#options.group,
      partitionAssigners: [coPartitioned(() => this.#assignments.declined)],
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: Math.max(DEFAULT_FETCH_BYTES, this.#limits.bytes),
      allowAutoTopicCreation: false,
      retry: { retries: 10, restartOnFailure: async () => false },
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error));
    // Emitted between the assignment and the next fetch, synchronously: nothing is fetched before it is placed.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const first = this.#options.inputs[0] ?? "";
      this.#assignments.assign(consumer, payload.memberId, payload.memberAssignment[first] ?? []);
    });
    const close = async (): Promise<void> => {
      await disconnected(this.#cluster.clock, consumer.disconnect());
      client.destroy();
    };
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.#options.inputs], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.#concurrency,
        eachBatch: (payload) => this.#eachBatch(consumer, payload),
      });
    } catch (error) {
      client.destroy();
      throw error;
    }
    return close;
  }

  async #eachBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, resolveOffset, isRunning, isStale } = payload;
    const { topic, partition } = batch;
    const { clock } = this.#cluster;
    const worker = this.#assignments.worker(partition);
    if (!worker) return;
    const beat = clock.every(HEARTBEAT_MS, () => void heartbeat().catch(() => {}));
    const began = clock.monotonic();
    try {
      const fetched = {
        first: Number(batch.firstOffset()),
        last: Number(batch.lastOffset()),
        end: Number(batch.highWatermark),
      };
      const records = batch.messages.map((message) => incoming(topic, partition, message));
      for (const chunk of chunks(records, this.#limits)) {
        if (!isRunning() || isStale()) return;
        const last = chunk.at(-1)?.offset ?? 0;
        try {
          await worker.process(topic, chunk, last + 1, fetched);
        } catch (error) {
          this.#assignments.revive(consumer, partition, worker, error);
          return;
        }
        this.#assignments.worked(partition);
        // Of the last message it also resolves the control records behind it.
        resolveOffset(String(last));
        await heartbeat();
      }
      // Before the next fetch and not before the commit: what comes meanwhile then shares one transaction.
      const minGapMs = this.#options.minCommitGapMs ?? DEFAULT_GAP_MS;
      const gap = commitGap(minGapMs, this.#assignments.ready().length);
      const wait = holdBack(loadOf(records, this.#limits), clock.monotonic() - began, gap);
      if (wait > 0 && isRunning()) await clock.sleep(wait);
    } finally {
      beat();
    }
  }
}

function leaving(group: string): CodedError {
  return new CodedError("KAFKA_RECORD_REFUSED", {
    message: `joining ${group} again, to leave a partition to other instances`,
    retryable: true,
  });
}
