import type {
  InRecord,
  Kafka,
  LogReader,
  LogReaderOptions,
  OutRecord,
  PartitionTask,
  ProcessorOptions,
  TailOptions,
} from "../../../infra/runtime/kafka/ports.ts";

/** What stands between Kafka and its clients. Each gets records in order and answers with those that pass. */
export interface Tampering {
  /** Every reader's view of the topics: the log itself looks changed. */
  readonly read?: (records: readonly InRecord[]) => readonly InRecord[];
  /** What was below this offset of a topic was deleted. */
  readonly start?: (topic: string) => number;
  /** What one consumer group's tasks are given. */
  readonly given?: (group: string, records: readonly InRecord[]) => readonly InRecord[];
  /** What one consumer group's tasks write, within their transactions. */
  readonly written?: (group: string, records: readonly OutRecord[]) => readonly OutRecord[];
}

/** The same Kafka, over any adapter, with an injector between it and those who use it. */
export function tamperedKafka(kafka: Kafka, tampering: Tampering): Kafka {
  const { read = (records) => records } = tampering;
  const tampered = (options: TailOptions): TailOptions => ({
    ...options,
    onRecords: (records) => {
      const seen = read(records);
      return seen.length === 0 ? undefined : options.onRecords(seen);
    },
  });
  return {
    producer: (options) => kafka.producer(options),
    admin: () => kafka.admin(),
    tail: (options) => kafka.tail(tampered(options)),
    tailGroup(options) {
      const group = kafka.tailGroup(options);
      return { tail: (tail) => group.tail(tampered(tail)), stop: () => group.stop() };
    },
    logReader: (options: LogReaderOptions) => tamperedReader(kafka.logReader(options), tampering),
    processor: (options: ProcessorOptions) =>
      kafka.processor({
        ...options,
        task: (partition) => tamperedTask(options.task(partition), options.group, tampering),
      }),
  };
}

function tamperedReader(
  reader: LogReader,
  { read = (records) => records, start = () => 0 }: Pick<Tampering, "read" | "start">,
): LogReader {
  return {
    look: async (at) =>
      (await reader.look(at)).map((looked) => ({
        ...looked,
        records: read([...looked.records]),
        start: Math.max(looked.start, start(looked.topic)),
      })),
    stop: () => reader.stop(),
  };
}

function tamperedTask(task: PartitionTask, group: string, tampering: Tampering): PartitionTask {
  const { read = (x) => x, given = (_, x) => x, written = (_, x) => x } = tampering;
  return {
    restore: (record) => task.restore(record),
    ready: () => task.ready?.(),
    process: async (records) => written(group, await task.process(given(group, read(records)))),
    committed: () => task.committed?.(),
    close: () => task.close?.(),
  };
}
