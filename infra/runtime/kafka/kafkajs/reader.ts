import { randomUUID } from "node:crypto";
import type { Consumer, EachBatchPayload } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import { partitionsIn } from "../loop/topic-partitions.ts";
import type { InRecord } from "../ports.ts";
import type { Positions } from "../positions.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { type Cluster, openCluster, partitionCounts } from "./cluster.ts";
import { incoming } from "./incoming.ts";
import { listOffsets } from "./list-offsets.ts";
import { disconnected, keepAlive } from "./supervision.ts";
import { TopicIds } from "./topic-ids.ts";

/** kafkajs fetches with minBytes 1: this bounds only how long an empty fetch may take, and so a stop. */
export const MAX_WAIT_MS = 500;
/** No other takes a reader's partitions over, so it may be as slow as it likes. */
const SESSION_MS = 30_000;

interface ReaderOptions {
  /** Where to begin, and, as it goes, where it is: moved on only after the records were taken. */
  readonly positions: Positions;
  readonly onRecords: (records: readonly InRecord[]) => void | Promise<void>;
  /** After every move of a position, also one over aborted or control records alone. */
  readonly onProgress: () => void;
  /** Which topics the positions are of; one that is not in it is taken for the one that is there at the first fetch. */
  readonly ids?: ReadonlyMap<string, string | undefined>;
  /**
   * A topic was deleted and made again: from here on `positions` are at the new one's start.
   *
   * @param ends - of its partitions, now
   */
  readonly onAnew?: (topic: string, ends: readonly number[]) => void;
  /** Nothing more will come: what stands next can never be read. */
  readonly onFinal: (error: CodedError) => void;
}

export interface Reader {
  stop(): Promise<void>;
}

/**
 * Read partitions by position in a consumer group of its own, thrown away afterwards: kafkajs reads in groups only.
 *
 * Nothing is committed. After any failure a new consumer goes on from `positions`: no gap, no repetition. A position is
 * one in the topic that it was taken in (delivery rule 14): another of the same name is read from its start.
 */
export function openReader(options: ClusterOptions, reader: ReaderOptions): Reader {
  const doing = `reading ${reader.positions.topics().join(", ")}`;
  const ids = new Map(reader.ids);
  return keepAlive(options, doing, (onCrash) => life(options, reader, ids, onCrash), reader.onFinal);
}

async function life(
  options: ClusterOptions,
  { positions, onRecords, onProgress, onAnew }: ReaderOptions,
  ids: Map<string, string | undefined>,
  onCrash: (error: Error) => void,
): Promise<() => Promise<void>> {
  const client = openClient(options, { giveUpMs: 1_000 });
  const consumer = client.kafka.consumer({
    groupId: `${options.clientId}.reader.${randomUUID()}`,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: SESSION_MS / 10,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { retries: 10, restartOnFailure: async () => false },
  });
  const { GROUP_JOIN, CRASH, END_BATCH_PROCESS } = consumer.events;
  consumer.on(CRASH, ({ payload }) => onCrash(payload.error));
  // Emitted after the assignment and before the first fetch, synchronously: no record is read from elsewhere.
  consumer.on(GROUP_JOIN, ({ payload }) => place(consumer, positions, payload.memberAssignment));
  consumer.on(END_BATCH_PROCESS, ({ payload }) => {
    // A batch of aborted or control records alone never reaches eachBatch.
    if (payload.batchSize > 0) return;
    positions.advance(payload.topic, payload.partition, Number(payload.lastOffset) + 1);
    onProgress();
  });
  /** A topic is another one: what else was fetched in this life may be of the old one. */
  let over = false;
  const eachBatch = async ({ batch, isRunning }: EachBatchPayload): Promise<void> => {
    const { topic, partition } = batch;
    if (positions.get(topic, partition) === undefined || !isRunning()) return;
    // After the fetch: what is still the same topic now was it then.
    const id = await current.current(topic);
    if (over) return;
    if (ids.has(topic) && ids.get(topic) !== id) {
      over = true;
      const ends = await endsOf(cluster, topic);
      ids.set(topic, id);
      positions.replace(
        topic,
        ends.map(() => 0),
      );
      onAnew?.(topic, ends);
      onCrash(recreated(topic));
      return;
    }
    ids.set(topic, id);
    const next = positions.get(topic, partition) ?? 0;
    const records = batch.messages.map((message) => incoming(topic, partition, message));
    const fresh = records.filter((record) => record.offset >= next);
    if (fresh.length > 0) await onRecords(fresh);
    positions.advance(topic, partition, Number(batch.lastOffset()) + 1);
    onProgress();
  };
  let current: TopicIds;
  let cluster: Cluster;
  try {
    cluster = await openCluster(client);
    current = new TopicIds(cluster);
    await consumer.connect();
    await consumer.subscribe({ topics: positions.topics(), fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch });
  } catch (error) {
    client.destroy();
    throw error;
  }
  return async () => {
    await disconnected(options.clock, consumer.disconnect());
    client.destroy();
  };
}

/** The end offset of each partition, by its number. */
async function endsOf(cluster: Cluster, topic: string): Promise<readonly number[]> {
  const counts = await partitionCounts(cluster, [topic]);
  const ends = await listOffsets(cluster, partitionsIn(counts), "end");
  return Array.from({ length: counts.get(topic) ?? 0 }, (_, p) => ends.get(topic, p) ?? 0);
}

function recreated(topic: string): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", {
    message: `${topic} was deleted and made again: it is read from its start`,
    retryable: true,
    context: { topic },
  });
}

function place(consumer: Consumer, positions: Positions, assignment: Record<string, number[]>): void {
  for (const [topic, partitions] of Object.entries(assignment)) {
    for (const partition of partitions) {
      const next = positions.get(topic, partition);
      if (next === undefined) consumer.pause([{ topic, partitions: [partition] }]);
      else consumer.seek({ topic, partition, offset: String(next) });
    }
  }
}
