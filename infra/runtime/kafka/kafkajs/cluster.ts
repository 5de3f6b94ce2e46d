import kafkajs from "kafkajs";
import { createErrorFromCode } from "kafkajs/src/protocol/error.js";
import type { Client } from "./client.ts";
import type { ProtocolRequest } from "./requests/flexible.ts";
import { METADATA, metadataRequest, type TopicMetadata } from "./requests/metadata.ts";

/** A connection to one broker, as far as requests of our own need it. */
export interface Broker {
  readonly nodeId: number | string | null;
  /** By API key; null before it is connected. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  readonly connectionPool: { send<T>(request: ProtocolRequest<T>): Promise<T> };
  isConnected(): boolean;
  disconnect(): Promise<void>;
  metadata(topics: readonly string[]): Promise<{
    readonly topicMetadata: readonly {
      readonly topic: string;
      readonly topicErrorCode: number;
      readonly partitionMetadata: readonly {
        readonly partitionErrorCode: number;
        readonly partitionId: number;
        readonly leader: number;
      }[];
    }[];
  }>;
  initProducerId(request: {
    readonly transactionalId: string;
    readonly transactionTimeout: number;
  }): Promise<ProducerSession>;
  addPartitionsToTxn(
    request: TransactionRequest & {
      readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
    },
  ): Promise<unknown>;
  addOffsetsToTxn(request: TransactionRequest & { readonly groupId: string }): Promise<unknown>;
  endTxn(request: TransactionRequest & { readonly transactionResult: boolean }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata: string | null;
      }[];
    }[];
  }>;
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
}

/** What a transactional id's coordinator gave a producer. */
export interface ProducerSession {
  /** int64 */
  readonly producerId: string | number;
  readonly producerEpoch: number;
}

interface TransactionRequest extends ProducerSession {
  readonly transactionalId: string;
}

/** Kafka's numbers of what a coordinator looks after. */
export const COORDINATES = { groups: 0, transactions: 1 } as const;

/** kafkajs's own view of a cluster: its brokers, and who coordinates what. It is told of no topics. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** Asks for this topic by name, too. */
  addTargetTopic(topic: string): Promise<void>;
  /** Connected. */
  findBroker(of: { readonly nodeId: number | string }): Promise<Broker>;
  findGroupCoordinator(of: { readonly groupId: string; readonly coordinatorType: number }): Promise<Broker>;
  /** Of all that it knows. */
  getNodeIds(): readonly string[];
  readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
}

type Maker = (options: object) => Cluster;

/** What kafkajs makes for each of its producers, consumers and admin clients, and does not show. */
export async function openCluster(
  client: Client,
  { allowAutoTopicCreation = false }: { readonly allowAutoTopicCreation?: boolean } = {},
): Promise<Cluster> {
  const [kafka, secret] = makerOf(client);
  const cluster = kafka[secret]?.({ metadataMaxAge: 300_000, allowAutoTopicCreation }) as Cluster;
  await cluster.connect();
  // Only this makes the brokers known.
  await cluster.refreshMetadata();
  return cluster;
}

/** The cluster of the producer that `make` opens: requests of our own then go over its connections. */
export function withCluster<T>(
  client: Client,
  make: () => T,
): { readonly made: T; readonly cluster: Cluster } {
  const [kafka, secret] = makerOf(client);
  const original = kafka[secret] as Maker;
  let cluster: Cluster | undefined;
  kafka[secret] = (options) => {
    cluster = original(options);
    return cluster;
  };
  try {
    const made = make();
    if (!cluster) throw new Error("it has no cluster");
    return { made, cluster };
  } finally {
    kafka[secret] = original;
  }
}

function makerOf(client: Client): readonly [Record<symbol, Maker>, symbol] {
  const kafka = client.kafka as unknown as Record<symbol, Maker>;
  const secret = Object.getOwnPropertySymbols(kafka).find(
    (symbol) => symbol.description === "private:Kafka:createCluster",
  );
  if (!secret) throw new Error("this kafkajs is not the one that this module was written for");
  return [kafka, secret];
}

/** @throws the same errors as kafkajs's own requests */
export async function ask<T>(broker: Broker, request: ProtocolRequest<T>): Promise<T> {
  try {
    return await broker.connectionPool.send(request);
  } catch (error) {
    // As kafkajs's own broker does: the next request connects again.
    if (error instanceof kafkajs.KafkaJSError && error.name === "KafkaJSConnectionClosedError") {
      await broker.disconnect();
    }
    throw error;
  }
}

/** @throws a protocol error of kafkajs, unless it is 0 */
export function failOn(errorCode: number): void {
  if (errorCode !== 0) throw createErrorFromCode(errorCode);
}

export interface TopicPlan extends Omit<TopicMetadata, "topicId" | "errorCode"> {
  /** undefined: this broker is from before topics had ids (Kafka 2.8, KIP-516). */
  readonly topicId: string | undefined;
}

/**
 * The id and the leaders of topics, as a broker knows them now.
 *
 * @throws a protocol error of kafkajs when one of them does not exist or has a partition without a leader.
 */
export async function topicPlans(cluster: Cluster, topics: readonly string[]): Promise<readonly TopicPlan[]> {
  const broker = await cluster.brokerPool.findConnectedBroker();
  const plans = await plansOf(broker, topics);
  for (const { errorCode, partitions } of plans) {
    failOn(errorCode);
    for (const partition of partitions) failOn(partition.errorCode);
  }
  return plans;
}

/** Kafka's number of "there is no such topic". */
const UNKNOWN_TOPIC = 3;

/** The same of those topics that exist; a partition without a leader has the leader -1. */
export async function plansOfExisting(
  cluster: Cluster,
  topics: readonly string[],
): Promise<readonly TopicPlan[]> {
  const plans = await plansOf(await cluster.brokerPool.findConnectedBroker(), topics);
  return plans.filter(({ errorCode }) => {
    if (errorCode === UNKNOWN_TOPIC) return false;
    failOn(errorCode);
    return true;
  });
}

/** How many partitions these topics have; those that do not exist, or that may not be seen, are left out. */
export async function partitionCounts(
  cluster: Cluster,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const plans = await plansOf(await cluster.brokerPool.findConnectedBroker(), topics);
  return new Map(
    plans.flatMap(({ topic, errorCode, partitions }) =>
      errorCode === 0 ? [[topic, partitions.length] as const] : [],
    ),
  );
}

async function plansOf(
  broker: Broker,
  topics: readonly string[],
): Promise<readonly (TopicPlan & { readonly errorCode: number })[]> {
  if ((broker.versions?.[METADATA.key]?.maxVersion ?? 0) >= METADATA.version) {
    return (await ask(broker, metadataRequest(topics))).topics;
  }
  const { topicMetadata } = await broker.metadata(topics);
  return topicMetadata.map(({ topic, topicErrorCode, partitionMetadata }) => ({
    topic,
    topicId: undefined,
    errorCode: topicErrorCode,
    partitions: partitionMetadata.map(({ partitionErrorCode, partitionId, leader }) => ({
      errorCode: partitionErrorCode,
      partition: partitionId,
      leader,
      leaderEpoch: -1,
    })),
  }));
}
