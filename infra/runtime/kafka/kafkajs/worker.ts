import type { Admin } from "kafkajs";
import { CodedError, messageOf } from "../../../../schemas/errors.ts";
import { InputOffsets } from "../offsets.ts";
import type { InRecord, PartitionTask, ProcessorOptions } from "../ports.ts";
import type { ClusterOptions } from "./client.ts";
import { Positions } from "./positions.ts";
import { openReader } from "./reader.ts";
import { openTransactions, type Transactions } from "./transactions.ts";

/** One life of one input partition: a task, the producer that covers its state, and where to read on. */
export interface Worker {
  /** The next offset of an input. */
  next(input: string): number;
  /**
   * Process and commit. Records that were committed before are left out.
   *
   * @param next - the offset after these records.
   * @throws anything: this worker is over; `destroy` it and open another.
   */
  process(input: string, records: readonly InRecord[], next: number): Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}

/**
 * Fence whoever had this partition, read its committed state back, and find where to go on: in this order, so that the
 * state read is the last there will ever be from another (delivery rule 6).
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_FENCED, or what the task's `restore` throws
 */
export async function openWorker(
  cluster: ClusterOptions,
  options: ProcessorOptions,
  admin: Admin,
  partition: number,
  signal: AbortSignal,
): Promise<Worker> {
  const { group, inputs, stateTopic } = options;
  const transactions = await openTransactions(cluster, `${group}-${inputs[0] ?? ""}-${partition}`);
  const task = options.task(partition);
  const end = async (): Promise<void> => {
    try {
      await task.close?.();
    } catch (error) {
      cluster.logger.warn(
        { group, partition, reason: messageOf(error) },
        "a task could not give back what it held",
      );
    }
  };
  try {
    const offsets = new InputOffsets(inputs);
    await restore(cluster, admin, stateTopic, partition, signal, (record) =>
      offsets.restore(record) ? undefined : task.restore(record),
    );
    const starts = await startsOf(cluster, options, admin, partition, offsets);
    await task.ready?.();
    return working(options, partition, task, transactions, offsets, starts, end);
  } catch (error) {
    transactions.destroy();
    await end();
    throw error;
  }
}

async function restore(
  cluster: ClusterOptions,
  admin: Admin,
  stateTopic: string,
  partition: number,
  signal: AbortSignal,
  take: (record: InRecord) => void | Promise<void>,
): Promise<void> {
  const bounds = (await admin.fetchTopicOffsets(stateTopic)).find((o) => o.partition === partition);
  if (!bounds) {
    throw new CodedError("KAFKA_TOPIC_MISMATCH", {
      message: `${stateTopic} has no partition ${partition}`,
      retryable: false,
      context: { topic: stateTopic, partition },
    });
  }
  const positions = new Positions();
  const ends = new Positions();
  positions.set(stateTopic, partition, Number(bounds.low));
  ends.set(stateTopic, partition, Number(bounds.high));
  if (positions.reached(ends)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      outcome();
      void reader.stop();
    };
    const onAbort = (): void => settle(() => reject(lost(partition)));
    const reader = openReader(cluster, {
      positions,
      onRecords: async (records) => {
        // Beyond the end at the start there is nothing of others: this worker has fenced them.
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

/** Per input: what the state says, else what the group says, else the beginning; always inside what there is. */
async function startsOf(
  { logger }: ClusterOptions,
  { group, inputs }: ProcessorOptions,
  admin: Admin,
  partition: number,
  offsets: InputOffsets,
): Promise<Map<string, number>> {
  const hints = await admin.fetchOffsets({ groupId: group, topics: [...inputs] });
  const starts = new Map<string, number>();
  for (const topic of inputs) {
    const bounds = (await admin.fetchTopicOffsets(topic)).find((o) => o.partition === partition);
    const low = Number(bounds?.low ?? 0);
    const high = Number(bounds?.high ?? 0);
    const committed = hints.find((h) => h.topic === topic)?.partitions.find((p) => p.partition === partition);
    const hint = Number(committed?.offset ?? -1);
    const wanted = offsets.next(topic) ?? (hint >= 0 ? hint : low);
    const start = wanted < low || wanted > high ? low : wanted;
    if (start !== wanted) {
      // kafkajs would go to its default offset without a word (delivery rule 5e).
      logger.error(
        { topic, partition, wanted, low, high },
        "records were deleted before they were processed",
      );
    }
    starts.set(topic, start);
  }
  return starts;
}

function working(
  { group, stateTopic }: ProcessorOptions,
  partition: number,
  task: PartitionTask,
  transactions: Transactions,
  offsets: InputOffsets,
  starts: Map<string, number>,
  end: () => Promise<void>,
): Worker {
  const nextOf = (input: string): number => starts.get(input) ?? 0;
  const process = async (input: string, records: readonly InRecord[], next: number): Promise<void> => {
    const fresh = records.filter((record) => record.offset >= nextOf(input));
    if (fresh.length === 0) return;
    const outputs = await task.process(fresh);
    const offset = offsets.advance(input, next, stateTopic);
    const placed = [...outputs, offset].map((out) =>
      out.partition === undefined ? { ...out, partition } : out,
    );
    await transactions.commit(placed, { group, topic: input, partition, next });
    starts.set(input, next);
    task.committed?.();
  };
  // Several inputs share the partition, its task and its one transaction at a time.
  let last: Promise<void> = Promise.resolve();
  return {
    next: nextOf,
    process(input, records, next) {
      const turn = last.then(() => process(input, records, next));
      last = turn;
      last.catch(() => {});
      return turn;
    },
    async close() {
      await last.catch(() => {});
      await transactions.close();
      await end();
    },
    destroy() {
      transactions.destroy();
      void end();
    },
  };
}
