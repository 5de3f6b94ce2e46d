import kafkajs from "kafkajs";
import { type Client, type ClusterOptions, openClient } from "../kafkajs/client.ts";
import { type Cluster, COORDINATES, openCluster, type ProducerSession } from "../kafkajs/cluster.ts";
import { persistently } from "../kafkajs/persistence.ts";
import type { TopicPartition } from "../loop/ports.ts";

/** What of kafkajs's broker only these tests need. */
interface ProducingBroker {
  produce(request: object): Promise<unknown>;
}

/**
 * A producer that does on a real broker what a coordinator's dropped marker leaves behind: records of a transaction in
 * a partition that its coordinator does not know to be part of it.
 *
 * The broker has to let it: `transaction.partition.verification.enable` refuses records whose partition was not added
 * (KIP-890), which is not how such a transaction comes about, but how one can be made.
 */
export class HangingProducer {
  readonly #client: Client;
  readonly #options: ClusterOptions;
  #cluster: Promise<Cluster> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#client = openClient(options, { giveUpMs: 5_000 });
  }

  /** Let brokers take such records, or no longer. */
  async allow(allowed: boolean): Promise<void> {
    const admin = this.#client.kafka.admin();
    await admin.connect();
    try {
      const { brokers } = await admin.describeCluster();
      const name = "transaction.partition.verification.enable";
      await admin.alterConfigs({
        validateOnly: false,
        resources: brokers.map(({ nodeId }) => ({
          type: kafkajs.ConfigResourceTypes.BROKER,
          name: String(nodeId),
          configEntries: allowed ? [{ name, value: "false" }] : [],
        })),
      });
    } finally {
      await admin.disconnect();
    }
  }

  /** Take a transactional id over, as a producer that starts. */
  fence(transactionalId: string): Promise<ProducerSession> {
    return persistently(this.#options.clock, async () =>
      (await this.#coordinator(transactionalId)).initProducerId({
        transactionalId,
        transactionTimeout: 10_000,
      }),
    );
  }

  /** Records of the session's transaction in a partition that was not added to it. */
  async write(
    transactionalId: string,
    session: ProducerSession,
    { topic, partition }: TopicPartition,
    values: readonly string[],
  ): Promise<void> {
    const messages = values.map((value) => ({ key: null, value: Buffer.from(value) }));
    await persistently(this.#options.clock, async () => {
      const cluster = await this.#connected();
      const [nodeId = ""] = cluster.getNodeIds();
      const broker = (await cluster.findBroker({ nodeId })) as unknown as ProducingBroker;
      await broker.produce({
        topicData: [{ topic, partitions: [{ partition, firstSequence: 0, messages }] }],
        transactionalId,
        producerId: session.producerId,
        producerEpoch: session.producerEpoch,
      });
    });
  }

  /** Begin the session's transaction with these partitions, as far as its coordinator is to know. */
  async add(
    transactionalId: string,
    session: ProducerSession,
    places: readonly TopicPartition[],
  ): Promise<void> {
    const topics = places.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
    await (await this.#coordinator(transactionalId)).addPartitionsToTxn({
      ...session,
      transactionalId,
      topics,
    });
  }

  async commit(transactionalId: string, session: ProducerSession): Promise<void> {
    const coordinator = await this.#coordinator(transactionalId);
    await coordinator.endTxn({ ...session, transactionalId, transactionResult: true });
  }

  async close(): Promise<void> {
    const cluster = await this.#cluster?.catch(() => undefined);
    await cluster?.disconnect().catch(() => {});
    this.#client.destroy();
  }

  async #coordinator(transactionalId: string) {
    const cluster = await this.#connected();
    return cluster.findGroupCoordinator({
      groupId: transactionalId,
      coordinatorType: COORDINATES.transactions,
    });
  }

  #connected(): Promise<Cluster> {
    this.#cluster ??= openCluster(this.#client);
    return this.#cluster;
  }
}
