import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";

/** The process ended here. */
export class KilledAfter extends Error {}

/** This Kafka, for a process that may change so many things in it and is then killed. */
export function killedAfter(kafka: Kafka, changes: number): Kafka {
  let left = changes;
  const changed = <Given extends unknown[], T>(act: (...given: Given) => Promise<T>) => {
    return (...given: Given): Promise<T> => {
      if (left-- <= 0) throw new KilledAfter(`killed after ${changes} changes`);
      return act(...given);
    };
  };
  return {
    ...kafka,
    async admin(): Promise<KafkaAdmin> {
      const admin = await kafka.admin();
      const { growTopics, fence, ensureTopics } = admin;
      return {
        ...admin,
        growTopics: changed(growTopics),
        fence: changed(fence),
        ensureTopics: changed(ensureTopics),
      };
    },
    async producer(options) {
      const { waiting, ...producer } = await kafka.producer(options);
      // One record at a time: a kill may come between any two.
      const send = changed(producer.send);
      return {
        ...producer,
        waiting,
        async send(records) {
          const all = [];
          for (const record of records) all.push(...(await send([record])));
          return all;
        },
      };
    },
  };
}
