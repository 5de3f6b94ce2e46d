import { CodedError } from "../../../../schemas/errors.ts";
import type { LoopKafka, TopicPartition } from "../loop/ports.ts";
import type { InRecord } from "../ports.ts";
import { Positions } from "../positions.ts";
import type { ClusterOptions } from "./client.ts";
import { type Cluster, partitionCounts } from "./cluster.ts";
import { brokerError, coded } from "./errors.ts";
import { committedOffset, offsetsPartition } from "./group-offsets.ts";
import { listOffsets } from "./list-offsets.ts";
import {
  describeTransaction,
  openTransactions as openIn,
  tellsOfTransactions,
  transactionOf,
  writeMarker,
} from "./open-transactions.ts";
import { OpeningPatience } from "./opening-patience.ts";
import { persistently } from "./persistence.ts";
import { openReader } from "./reader.ts";
import { stableOffsets } from "./stable-offsets.ts";
import { TopicIds } from "./topic-ids.ts";
import { openTransactions } from "./transactions.ts";

/** Opens producers, and waits longer for one that did not open in time before. */
function fencing(options: ClusterOptions): LoopKafka["fence"] {
  const patience = new OpeningPatience();
  return async (transactionalId, group) => {
    try {
      const producer = await openTransactions(options, transactionalId, group, patience.of(transactionalId));
      patience.opened(transactionalId);
      return producer;
    } catch (error) {
      patience.failed(transactionalId, error);
      throw error;
    }
  };
}

/** What the loop needs, over kafkajs. */
export function loopKafka(options: ClusterOptions, cluster: Cluster): LoopKafka {
  const { clock, logger } = options;
  const ids = new TopicIds(cluster);
  const asked = async <T>(doing: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await persistently(clock, action);
    } catch (error) {
      throw coded(error, doing);
    }
  };
  const tells = once(async () => {
    const told = tellsOfTransactions(await cluster.brokerPool.findConnectedBroker());
    if (!told) logger.warn("this Kafka is older than 3.0: what hangs in its log is not found");
    return told;
  });
  const stable = stableOffsets(cluster, clock);
  const denied = new Set<string>();
  const onDenied = ({ topic }: TopicPartition): void => {
    if (denied.has(topic)) return;
    denied.add(topic);
    logger.warn({ topic }, `what hangs in ${topic} is not found: grant READ of it`);
  };
  return {
    bounds: (place) =>
      asked(`cannot read the bounds of ${place.topic}`, async () => {
        const { topic, partition } = place;
        const [topicId, first, end] = await Promise.all([
          ids.current(topic),
          listOffsets(cluster, [place], "first"),
          listOffsets(cluster, [place], "end"),
        ]);
        return { topicId, first: first.get(topic, partition) ?? 0, end: end.get(topic, partition) ?? 0 };
      }),
    topicId: (topic) => asked(`cannot read the id of ${topic}`, () => ids.current(topic)),
    read: (place, from, to, take, signal) => readBetween(options, place, from, to, take, signal),
    committed: (group, place) =>
      asked(`cannot read the offsets of ${group}`, () => committedOffset(cluster, group, place)),
    partitions: (topics) => asked("cannot read topics", () => partitionCounts(cluster, topics)),
    offsetsOf: (group) => asked("cannot read topics", () => offsetsPartition(cluster, group)),
    describe: (transactionalId) =>
      asked(`cannot describe ${transactionalId}`, async () =>
        (await tells()) ? describeTransaction(cluster, transactionalId) : undefined,
      ),
    coordinated: (producerId) => asked("cannot list transactions", () => transactionOf(cluster, producerId)),
    stable: (places) => asked("cannot read stable offsets", () => stable(places)),
    open: (places) =>
      asked("cannot look for open transactions", async () =>
        (await tells()) && places.length > 0 ? openIn(cluster, places, onDenied) : [],
      ),
    async mark(transaction, outcome) {
      try {
        await asked("cannot write a marker", () => writeMarker(cluster, transaction, outcome));
      } catch (error) {
        if (brokerError(error) !== "CLUSTER_AUTHORIZATION_FAILED") throw error;
        throw new CodedError("KAFKA_UNAVAILABLE", {
          message: "this client may not write its marker (ALTER of the cluster)",
          retryable: false,
          cause: error,
        });
      }
    },
    fence: fencing(options),
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    answer.catch(() => {
      answer = undefined;
    });
    return answer;
  };
}

async function readBetween(
  options: ClusterOptions,
  { topic, partition }: TopicPartition,
  from: number,
  to: number,
  take: (record: InRecord) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const positions = new Positions();
  const ends = new Positions();
  positions.set(topic, partition, from);
  ends.set(topic, partition, to);
  await new Promise<void>((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      outcome();
      void reader.stop();
    };
    const onAbort = (): void => settle(() => reject(lost(partition)));
    const reader = openReader(options, {
      positions,
      onRecords: async (records) => {
        try {
          for (const record of records) {
            // Most tasks take a record at once; a turn of the event loop's queue for each of a million is felt.
            const taken = take(record);
            if (taken) await taken;
          }
        } catch (error) {
          settle(() => reject(error));
          throw error;
        }
      },
      onProgress: () => {
        if (positions.reached(ends)) settle(resolve);
      },
      // Its bounds were another's.
      onAnew: () => settle(() => reject(lost(partition))),
      onFinal: (error) => settle(() => reject(error)),
    });
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

function lost(partition: number): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", {
    message: `partition ${partition} was assigned elsewhere`,
    retryable: true,
    context: { partition },
  });
}
