import { randomUUID } from "node:crypto";
import type { Consumer, EachBatchPayload } from "kafkajs";
import type { CodedError } from "../../../../schemas/errors.ts";
import type { InRecord } from "../ports.ts";
import type { Positions } from "../positions.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { incoming } from "./incoming.ts";
import { disconnected, keepAlive } from "./supervision.ts";

/** kafkajs fetches with minBytes 1: this bounds only how long an empty fetch may take, and so a stop. */
export const MAX_WAIT_MS = 200;
/** Nobody takes a reader's partitions over, so it may be as slow as it likes. */
const SESSION_MS = 30_000;

interface ReaderOptions {
  /** Where to begin, and, as it goes, where it is: moved on only after the records were taken. */
  readonly positions: Positions;
  readonly onRecords: (records: readonly InRecord[]) => void | Promise<void>;
  /** After every move of a position, also one over aborted or control records alone. */
  readonly onProgress: () => void;
  /** Nothing more will come: what stands next can never be read. */
  readonly onFinal: (error: CodedError) => void;
}

export interface Reader {
  stop(): Promise<void>;
}

/**
 * Read partitions by position in a consumer group of its own, thrown away afterwards: kafkajs reads in groups only.
 *
 * Nothing is committed. After any failure a new consumer goes on from `positions`: no gap, no repetition.
 */
export function openReader(options: ClusterOptions, reader: ReaderOptions): Reader {
  const doing = `reading ${reader.positions.topics().join(", ")}`;
  return keepAlive(options, doing, (onCrash) => life(options, reader, onCrash), reader.onFinal);
}

async function life(
  options: ClusterOptions,
  { positions, onRecords, onProgress }: ReaderOptions,
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
  const eachBatch = async ({ batch, isRunning }: EachBatchPayload): Promise<void> => {
    const { topic, partition } = batch;
    const next = positions.get(topic, partition);
    if (next === undefined || !isRunning()) return;
    const records = batch.messages.map((message) => incoming(topic, partition, message));
    const fresh = records.filter((record) => record.offset >= next);
    if (fresh.length > 0) await onRecords(fresh);
    positions.advance(topic, partition, Number(batch.lastOffset()) + 1);
    onProgress();
  };
  const close = async (): Promise<void> => {
    await disconnected(options.clock, consumer.disconnect());
    client.destroy();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: positions.topics(), fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch });
  } catch (error) {
    client.destroy();
    throw error;
  }
  return close;
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
