import type { Logger } from "../../logger.ts";
import { forgottenIn } from "../loop/open-transactions.ts";
import { partitionsIn } from "../loop/topic-partitions.ts";
import type {
  InRecord,
  Kafka,
  OutRecord,
  Tail,
  TailGroup,
  TailGroupOptions,
  TailOptions,
  Written,
} from "../ports.ts";
import { MemoryCoordinator } from "./memory-coordinator.ts";
import { HONEST, type Lies, MemoryLog } from "./memory-log.ts";
import { memoryLogReader } from "./memory-log-reader.ts";
import { memoryLoop } from "./memory-loop.ts";
import { memoryProcessor } from "./memory-processor.ts";

/** The in-memory adapter, and what tests may see of it. */
export interface MemoryKafka extends Kafka {
  /** All committed records of a topic, partition after partition. */
  records(topic: string): readonly InRecord[];
  /** Write as any producer would, at once. */
  append(records: readonly OutRecord[]): readonly Written[];
  /** What is behind it, for those who lie. */
  readonly log: MemoryLog;
  readonly coordinator: MemoryCoordinator;
}

/**
 * Kafka in one process's memory, for unit tests: passes the contract suite of the real adapter, without compaction,
 * retention, or more than one instance per consumer group.
 *
 * @param now - wall clock of the record timestamps, epoch ms.
 * @param lies - how it fails.
 */
export function memoryKafka(now: () => number = () => 0, lies: Lies = HONEST, logger?: Logger): MemoryKafka {
  const log = new MemoryLog(now);
  const coordinator = new MemoryCoordinator(log, lies);
  const loop = memoryLoop(log, coordinator, lies);
  /** Of processors that run. */
  const groups = new Map<string, readonly string[]>();
  const partitionsOf = (topic: string): readonly number[] =>
    Array.from({ length: log.partitionCount(topic) }, (_, partition) => partition);
  const append = (records: readonly OutRecord[]): readonly Written[] =>
    log.append(records).map(({ partition, offset }) => ({ partition, offset }));
  return {
    log,
    coordinator,
    records: (topic) => partitionsOf(topic).flatMap((partition) => log.readable(topic, partition)),
    append,
    async producer() {
      return {
        waiting: 0,
        send: async (records) => append(records),
        close: async () => {},
      };
    },
    async processor(options) {
      const processor = await memoryProcessor(log, loop, options, logger);
      groups.set(options.group, options.inputs);
      return {
        failed: processor.failed,
        partitions: processor.partitions,
        get troubles() {
          return processor.troubles;
        },
        async stop() {
          await processor.stop();
          groups.delete(options.group);
        },
      };
    },
    tail: async (options) => memoryTail(log, options),
    tailGroup: (group) => memoryTailGroup(log, group),
    logReader: (options) => memoryLogReader(log, options),
    async admin() {
      return {
        ensureTopics: async (specs) => {
          for (const spec of specs) log.ensure(spec);
        },
        growTopics: async (specs) => {
          for (const { topic, partitions } of specs) log.grow(topic, partitions);
        },
        listTopics: async () => log.names(),
        endOffsets: async (topic) => partitionsOf(topic).map((partition) => log.end({ topic, partition })),
        offsetsAt: async (topic, at) =>
          partitionsOf(topic).map((partition) => startOf(log, topic, partition, at)),
        committedOffsets: async (group, topic) => {
          const committed = await Promise.all(
            partitionsOf(topic).map((partition) => loop.committed(group, { topic, partition })),
          );
          return committed.some(Boolean) ? committed.map((offset) => offset?.next ?? 0) : null;
        },
        topicId: async (topic) => log.topicId(topic),
        settingsOf: async (topic) => log.settingsOf(topic),
        partitionsOf: async (topic) => log.partitionCount(topic),
        partitionCounts: (topics) => loop.partitions(topics),
        activeGroups: async () =>
          Array.from(groups, ([group, topics]) => ({ group, clients: [group], topics })),
        fence: async (ids) => {
          for (const id of ids) coordinator.fence(id);
        },
        describeTopics: async (topics = log.names()) =>
          topics
            .filter((topic) => log.names().includes(topic))
            .map((topic) => ({ topic, replicas: partitionsOf(topic).map(() => 1) })),
        hangingTransactions: async (topics) => forgottenIn(loop, partitionsIn(await loop.partitions(topics))),
        deleteTopics: async (topics) => {
          for (const topic of topics) log.remove(topic);
        },
        clusterId: async () => "memory",
        close: async () => {},
      };
    },
  };
}

/** Nothing is asked for here, so there are no gaps: a round is what one append brings. */
function memoryTailGroup(log: MemoryLog, { onRound }: TailGroupOptions): TailGroup {
  const tails: Tail[] = [];
  return {
    async tail(options) {
      const tail = memoryTail(log, {
        ...options,
        async onRecords(records) {
          while (!(await taken(options, records))) await new Promise((resolve) => setImmediate(resolve));
          onRound?.();
        },
      });
      tails.push(tail);
      return tail;
    },
    async stop() {
      for (const tail of tails) await tail.stop();
    },
  };
}

/** Did it take them? What was not taken comes again. */
async function taken({ onRecords }: TailOptions, records: readonly InRecord[]): Promise<boolean> {
  try {
    await onRecords(records);
    return true;
  } catch {
    return false;
  }
}

function memoryTail(log: MemoryLog, options: TailOptions): Tail {
  const positionsIn = (topic: string, from: TailOptions["from"]) =>
    Array.from({ length: log.partitionCount(topic) }, (_, partition) => ({
      topic,
      partition,
      next: startOf(log, topic, partition, from),
      end: log.stable({ topic, partition }),
    }));
  const tailed = new Map(
    options.topics.map((topic) => [
      topic,
      { id: log.topicId(topic), positions: positionsIn(topic, options.from) },
    ]),
  );
  let stopped = false;
  let running: Promise<void> | undefined;
  let caughtUp = (): void => {};
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });
  const drain = async (): Promise<void> => {
    for (const [topic, { id }] of tailed) {
      if (!log.names().includes(topic)) continue;
      const now = log.topicId(topic);
      if (now !== id) tailed.set(topic, { id: now, positions: positionsIn(topic, "beginning") });
      for (const position of tailed.get(topic)?.positions ?? []) await drainOne(position);
    }
    const all = [...tailed.values()].flatMap(({ positions }) => positions);
    if (!stopped && all.every((p) => p.next >= p.end)) caughtUp();
  };
  const drainOne = async (position: ReturnType<typeof positionsIn>[number]): Promise<void> => {
    for (;;) {
      const { topic, partition } = position;
      if (!log.names().includes(topic)) return;
      const fresh = log.readable(topic, partition, position.next);
      position.next = log.stable({ topic, partition });
      if (stopped || fresh.length === 0) return;
      await options.onRecords(fresh);
    }
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

function startOf(log: MemoryLog, topic: string, partition: number, from: TailOptions["from"]): number {
  if (from === "beginning") return 0;
  const end = log.end({ topic, partition });
  if (from === "end") return end;
  return log.readable(topic, partition).find((record) => record.timestamp >= from)?.offset ?? end;
}
