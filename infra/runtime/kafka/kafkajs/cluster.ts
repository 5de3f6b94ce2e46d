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

/** kafkajs's own view of a cluster: its brokers, and who coordinates what. It is told of no topics. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** Connected. */
  findBroker(of: { readonly nodeId: number | string }): Promise<Broker>;
  findGroupCoordinator(of: { readonly groupId: string; readonly coordinatorType: number }): Promise<Broker>;
  getNodeIds(): readonly string[];
  readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
}

/** What kafkajs makes for each of its producers, consumers and admin clients, and does not show. */
export async function openCluster(client: Client): Promise<Cluster> {
  const secret = Object.getOwnPropertySymbols(client.kafka).find(
    (symbol) => symbol.description === "private:Kafka:createCluster",
  );
  const make = secret && (client.kafka as unknown as Record<symbol, (options: object) => Cluster>)[secret];
  if (!make) throw new Error("this kafkajs is not the one that this module was written for");
  const cluster = make({ metadataMaxAge: 300_000, allowAutoTopicCreation: false });
  await cluster.connect();
  // Only this makes the brokers known.
  await cluster.refreshMetadata();
  return cluster;
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
    })),
  }));
}
