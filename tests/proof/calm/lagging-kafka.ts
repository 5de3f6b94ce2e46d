import type { Clock } from "../../../infra/runtime/clock.ts";
import type { InRecord, Kafka, LogReader, Tail, TailOptions } from "../../../infra/runtime/kafka/ports.ts";
import type { Random } from "../../../infra/runtime/random.ts";

/**
 * The same Kafka, each of whose partitions reaches a reader late by a time of its own: what came later may be read
 * sooner, but for the order within a partition, which is all that Kafka promises.
 */
export function laggingKafka(
  kafka: Kafka,
  options: { readonly clock: Clock; readonly random: Random; readonly mostMs: number },
): Kafka {
  return {
    producer: (settings) => kafka.producer(settings),
    processor: (settings) => kafka.processor(settings),
    admin: () => kafka.admin(),
    tail: (settings) => laggingTail(kafka, settings, options),
    logReader: (settings) => laggingReader(kafka.logReader(settings), options.random),
  };
}

/** Each look brings some partitions, and of those it brings perhaps less than there is. */
function laggingReader(reader: LogReader, random: Random): LogReader {
  return {
    look: async (at) =>
      (await reader.look(at))
        .filter(() => random() < 0.6)
        .map((looked) => {
          const some = looked.records.slice(0, Math.ceil(random() * looked.records.length));
          const rest = looked.records[some.length];
          return { ...looked, records: some, next: rest?.offset ?? looked.next };
        }),
    stop: () => reader.stop(),
  };
}

async function laggingTail(
  kafka: Kafka,
  settings: TailOptions,
  { clock, random, mostMs }: { readonly clock: Clock; readonly random: Random; readonly mostMs: number },
): Promise<Tail> {
  const stop = new AbortController();
  const queues = new Map<string, InRecord[]>();
  // One call at a time, as every tail promises.
  let turn: Promise<unknown> = Promise.resolve();
  const late = async (queue: InRecord[]): Promise<void> => {
    while (queue.length > 0 && !stop.signal.aborted) {
      await clock.sleep(random() * mostMs, stop.signal);
      if (stop.signal.aborted) return;
      const some = queue.splice(0, 1 + Math.floor(random() * queue.length));
      turn = turn.then(() => settings.onRecords(some));
      await turn;
    }
  };
  let busy = 0;
  let caughtUp = (): void => {};
  const whenEmpty = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });
  const tail = await kafka.tail({
    ...settings,
    onRecords(records) {
      for (const record of records) {
        const name = `${record.topic}-${record.partition}`;
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        queue.push(record);
        if (queue.length > 1) continue;
        busy++;
        void late(queue).then(() => {
          busy--;
          if (busy === 0) caughtUp();
        });
      }
    },
  });
  return {
    caughtUp: tail.caughtUp.then(() => (busy === 0 ? undefined : whenEmpty)),
    failed: tail.failed,
    async stop() {
      stop.abort();
      await tail.stop();
      await turn;
    },
  };
}
