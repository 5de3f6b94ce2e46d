import { CodedError, isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import { type Logger, silentLogger } from "../../logger.ts";
import type { LoopKafka } from "../loop/ports.ts";
import { Refusals } from "../loop/refusals.ts";
import { openWorker, type PartitionWorker, type Recent } from "../loop/worker.ts";
import type { Processor, ProcessorOptions } from "../ports.ts";
import type { MemoryLog } from "./memory-log.ts";

const MAX_RECORDS = 2000;

/** Of a loop that waits for nothing but other work: what is to be true in memory is so at once, or never. */
const TURNS: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after: () => () => {},
  every: () => () => {},
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
};

/** The exactly-once loop over `MemoryLog`, one instance for all partitions. */
export async function memoryProcessor(
  log: MemoryLog,
  kafka: LoopKafka,
  options: ProcessorOptions,
  logger: Logger = silentLogger,
): Promise<Processor> {
  const count = log.partitionCount(options.stateTopic);
  for (const input of options.inputs) {
    const found = log.partitionCount(input);
    if (found !== count) {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", {
        message: `${input} has ${found} partitions, its state topic ${options.stateTopic} has ${count}`,
        retryable: false,
        context: { topic: input, expected: count, found },
      });
    }
  }
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  const workers = new Map<number, PartitionWorker>();
  const refusals = new Refusals();
  /** Partitions that were refused for good: nothing is tried until somebody appends. */
  const parked = new Set<number>();
  const failing = new Set<number>();
  const recent = partitions.map((): Recent => ({ places: [] }));
  const stopping = new AbortController();
  let fail = (_error: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  /** @returns whether to try again at once. */
  const failedWith = async (partition: number, error: unknown): Promise<boolean> => {
    workers.get(partition)?.destroy();
    workers.delete(partition);
    failing.add(partition);
    await new Promise((resolve) => setImmediate(resolve));
    if (!isCoded(error)) {
      logger.error({ partition }, messageOf(error));
      return true;
    }
    if (error.code === "KAFKA_TOPIC_MISMATCH") fail(error);
    const verdict = refusals.note(partition, error);
    if (verdict !== undefined) logger.error({ partition, code: error.code, ...error.context }, verdict);
    if (verdict === undefined && error.code !== "KAFKA_TOPIC_MISMATCH") return true;
    parked.add(partition);
    return false;
  };

  const opened = async (partition: number): Promise<PartitionWorker> => {
    const worker: PartitionWorker = await openWorker({
      kafka,
      options,
      partition,
      clock: TURNS,
      logger,
      signal: stopping.signal,
      revived: failing.has(partition),
      recent: recent[partition] ?? { places: [] },
      onDoubt: (error) => void failedWith(partition, error),
    });
    workers.set(partition, worker);
    return worker;
  };

  const begin = async (partition: number): Promise<void> => {
    try {
      await opened(partition);
    } catch (error) {
      await failedWith(partition, error);
    }
  };

  /** @returns whether there was anything to do. */
  const step = async (partition: number): Promise<boolean> => {
    try {
      if (parked.has(partition)) return false;
      const worker = workers.get(partition) ?? (await opened(partition));
      for (const input of options.inputs) {
        const next = worker.next(input);
        // As kafkajs has it, an offset out of range begins again at the first record.
        const from = next > log.end({ topic: input, partition }) ? 0 : next;
        const records = log.readable(input, partition, from).slice(0, options.maxRecords ?? MAX_RECORDS);
        const last = records.at(-1);
        if (!last || stopping.signal.aborted) continue;
        const first = records[0]?.offset ?? 0;
        const end = log.end({ topic: input, partition });
        await worker.process(input, records, last.offset + 1, { first, last: last.offset, end });
        refusals.clear(partition);
        failing.delete(partition);
        return true;
      }
      return false;
    } catch (error) {
      return failedWith(partition, error);
    }
  };

  let running: Promise<void> | undefined;
  let again = false;
  const wake = (): void => {
    again = true;
    running ??= (async () => {
      while (again && !stopping.signal.aborted) {
        again = false;
        for (const partition of partitions) {
          while (!stopping.signal.aborted && (await step(partition))) again = true;
        }
      }
      running = undefined;
    })();
  };
  for (const partition of partitions) await begin(partition);
  const unsubscribe = log.onAppend((byProducer) => {
    if (byProducer) parked.clear();
    wake();
  });
  wake();
  return {
    failed,
    partitions,
    get troubles() {
      return refusals.troubles;
    },
    async stop() {
      stopping.abort();
      unsubscribe();
      await running;
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}
