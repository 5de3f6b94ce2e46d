import { CodedError } from "../../../../schemas/errors.ts";
import { InputOffsets } from "../offsets.ts";
import type { OutRecord, PartitionTask, Processor, ProcessorOptions } from "../ports.ts";
import type { MemoryLog } from "./memory-log.ts";

const MAX_RECORDS = 2000;

interface Live {
  readonly task: PartitionTask;
  readonly offsets: InputOffsets;
}

/** The exactly-once loop over `MemoryLog`: one append per batch stands for its transaction. */
export async function memoryProcessor(log: MemoryLog, options: ProcessorOptions): Promise<Processor> {
  const count = log.partitions(options.stateTopic).length;
  for (const input of options.inputs) {
    const found = log.partitions(input).length;
    if (found !== count) {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", {
        message: `${input} has ${found} partitions, its state topic ${options.stateTopic} has ${count}`,
        retryable: false,
        context: { topic: input, expected: count, found },
      });
    }
  }
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  const tasks = new Map<number, Live>();
  let stopped = false;
  const failed = new Promise<never>(() => {});

  const restore = async (partition: number): Promise<Live> => {
    const task = options.task(partition);
    const offsets = new InputOffsets(options.inputs);
    for (const record of log.partition(options.stateTopic, partition)) {
      if (!offsets.restore(record)) await task.restore(record);
    }
    await task.ready?.();
    const live = { task, offsets };
    tasks.set(partition, live);
    return live;
  };

  /** @returns whether there was anything to do. */
  const step = async (partition: number): Promise<boolean> => {
    const live = tasks.get(partition) ?? (await restore(partition));
    const max = options.maxRecords ?? MAX_RECORDS;
    for (const input of options.inputs) {
      const next = live.offsets.next(input) ?? 0;
      const records = log.partition(input, partition).slice(next, next + max);
      if (records.length === 0) continue;
      try {
        const outputs = await live.task.process(records);
        if (stopped) return false;
        const offset = live.offsets.advance(input, next + records.length, options.stateTopic);
        log.append([...outputs, offset].map((out): OutRecord => ({ partition, ...out })));
        live.task.committed?.();
      } catch {
        tasks.delete(partition);
        await live.task.close?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return true;
    }
    return false;
  };

  let running: Promise<void> | undefined;
  let again = false;
  const wake = (): void => {
    again = true;
    running ??= (async () => {
      while (again && !stopped) {
        again = false;
        for (const partition of partitions) while (!stopped && (await step(partition))) again = true;
      }
      running = undefined;
    })();
  };
  const unsubscribe = log.onAppend(wake);
  for (const partition of partitions) await restore(partition);
  wake();
  return {
    failed,
    partitions,
    async stop() {
      stopped = true;
      unsubscribe();
      await running;
      await Promise.all([...tasks.values()].map(({ task }) => task.close?.()));
    },
  };
}
