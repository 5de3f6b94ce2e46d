import type { InRecord, Kafka, OutRecord, Tail, TailOptions, Written } from "../ports.ts";
import { MemoryLog } from "./memory-log.ts";
import { memoryLogReader } from "./memory-log-reader.ts";
import { memoryProcessor } from "./memory-processor.ts";

/** The in-memory adapter, and what tests may see of it. */
export interface MemoryKafka extends Kafka {
  /** All committed records of a topic, partition after partition. */
  records(topic: string): readonly InRecord[];
  /** Write as any producer would, at once. */
  append(records: readonly OutRecord[]): readonly Written[];
}

/**
 * Kafka in one process's memory, for unit tests: passes the contract suite of the real adapter, without compaction,
 * retention, or more than one instance per consumer group.
 *
 * @param now - wall clock of the record timestamps, epoch ms.
 */
export function memoryKafka(now: () => number = () => 0): MemoryKafka {
  const log = new MemoryLog(now);
  return {
    records: (topic) => log.partitions(topic).flat(),
    append: (records) => log.append(records),
    async producer() {
      return {
        waiting: 0,
        send: async (records) => log.append(records),
        close: async () => {},
      };
    },
    processor: (options) => memoryProcessor(log, options),
    tail: async (options) => memoryTail(log, options),
    logReader: (options) => memoryLogReader(log, options),
    async admin() {
      return {
        ensureTopics: async (specs) => {
          for (const spec of specs) log.ensure(spec);
        },
        listTopics: async () => log.names(),
        endOffsets: async (topic) => log.partitions(topic).map((partition) => partition.length),
        committedOffsets: async () => null,
        topicId: async (topic) => log.topicId(topic),
        settingsOf: async (topic) => log.settingsOf(topic),
        partitionsOf: async (topic) => log.partitions(topic).length,
        describeTopics: async (topics = log.names()) =>
          topics
            .filter((topic) => log.names().includes(topic))
            .map((topic) => ({ topic, replicas: log.partitions(topic).map(() => 1) })),
        deleteTopics: async (topics) => {
          for (const topic of topics) log.remove(topic);
        },
        clusterId: async () => "memory",
        close: async () => {},
      };
    },
  };
}

function memoryTail(log: MemoryLog, options: TailOptions): Tail {
  const positions = options.topics.flatMap((topic) =>
    log.partitions(topic).map((records, partition) => ({
      topic,
      partition,
      next: startOf(records, options.from),
      end: records.length,
    })),
  );
  let stopped = false;
  let running: Promise<void> | undefined;
  let caughtUp = (): void => {};
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });
  const drain = async (): Promise<void> => {
    for (const position of positions) {
      for (;;) {
        const fresh = log.partition(position.topic, position.partition).slice(position.next);
        if (stopped || fresh.length === 0) break;
        position.next += fresh.length;
        await options.onRecords(fresh);
      }
    }
    if (!stopped && positions.every((p) => p.next >= p.end)) caughtUp();
  };
  let again = false;
  const wake = (): void => {
    again = true;
    running ??= (async () => {
      while (again && !stopped) {
        again = false;
        await drain();
      }
      running = undefined;
    })();
  };
  const unsubscribe = log.onAppend(wake);
  wake();
  return {
    caughtUp: whenCaughtUp,
    failed: new Promise(() => {}),
    async stop() {
      stopped = true;
      unsubscribe();
      await running;
    },
  };
}

function startOf(records: readonly InRecord[], from: TailOptions["from"]): number {
  if (from === "beginning") return 0;
  if (from === "end") return records.length;
  const index = records.findIndex((record) => record.timestamp >= from);
  return index === -1 ? records.length : index;
}
