import { parsePosition, positionText } from "../../../infra/runtime/kafka/loop/offsets.ts";
import type { LoopKafka, TransactionalProducer } from "../../../infra/runtime/kafka/loop/ports.ts";
import { Positions } from "../../../infra/runtime/kafka/positions.ts";
import type { Life } from "../time/life.ts";
import { type Broker, unavailable } from "./broker.ts";

/** What the exactly-once loop of one process needs: each step is a request of its own, between which anything happens. */
export function loopKafka(broker: Broker, life: Life): LoopKafka {
  const { log, coordinator } = broker.memory;
  const ask = <T>(what: string, act: () => T): Promise<T> => broker.ask(life, what, act);
  return {
    bounds: (place) =>
      ask("bounds", () => ({ first: 0, end: log.end(place), topicId: log.topicId(place.topic) })),
    topicId: (topic) => ask("topic id", () => log.topicId(topic)),
    async read({ topic, partition }, from, to, take, signal) {
      const records = await ask("read", () => log.readable(topic, partition, from));
      for (const record of records) {
        if (signal.aborted) throw unavailable("read");
        if (record.offset < to) await take(record);
      }
    },
    committed: (group, { topic, partition }) =>
      ask("group offset", () => broker.offsets.get(`${group} ${topic}-${partition}`)),
    partitions: (topics) =>
      ask("partitions", () => {
        const known = new Set(log.names());
        return new Map(
          topics.filter((topic) => known.has(topic)).map((topic) => [topic, log.partitionCount(topic)]),
        );
      }),
    offsetsOf: async () => undefined,
    describe: (id) => ask("describe", () => coordinator.describe(id)),
    coordinated: (producerId) => ask("describe", () => coordinator.withProducer(producerId)),
    stable: (places) =>
      ask("stable", () => {
        const stable = new Positions();
        for (const { topic, partition } of places)
          stable.set(topic, partition, log.stable({ topic, partition }));
        return stable;
      }),
    open: (places) => ask("open transactions", () => places.flatMap((place) => log.open(place))),
    mark: (open, outcome) => ask(`mark ${outcome}`, () => log.mark(open, open.producerId, outcome)),
    fence: (id) =>
      ask(`fence ${id}`, () => coordinator.fence(id)).then((session) =>
        producerOf(broker, life, id, session),
      ),
  };
}

function producerOf(
  broker: Broker,
  life: Life,
  id: string,
  { producerId, producerEpoch }: { readonly producerId: number; readonly producerEpoch: number },
): TransactionalProducer {
  const { log, coordinator } = broker.memory;
  let destroyed = false;
  const ask = <T>(what: string, act: () => T): Promise<T> => {
    if (destroyed) return Promise.reject(unavailable("the producer was destroyed"));
    return broker.ask(life, `${what} ${id}`, act);
  };
  return {
    producerId,
    producerEpoch,
    async commit(records, { group, topic, partition, next, topicId }, beforeEnd) {
      const places = records.map((record) => ({ topic: record.topic, partition: record.partition ?? 0 }));
      const written = await ask("write", () => {
        for (const place of places) log.partitionCount(place.topic);
        coordinator.begin(id, producerEpoch, places);
        broker.expires(id, producerEpoch);
        return coordinator.write(id, producerEpoch, records);
      });
      await beforeEnd();
      await ask("commit", () => {
        try {
          coordinator.end(id, producerEpoch, "commit");
        } finally {
          // Of the same transaction, also when its reply is lost.
          const key = `${group} ${topic}-${partition}`;
          const before = parsePosition(broker.offsets.get(key)?.metadata ?? "");
          const own = coordinator.describe(id);
          const ended = own?.state === "CompleteCommit" && own.producerEpoch === producerEpoch;
          if (ended && (before?.topicId !== topicId || (before?.next ?? 0) < next))
            broker.offsets.set(key, { next, metadata: positionText({ next, topicId }) });
        }
      });
      return written;
    },
    async end(places, outcome) {
      await ask(`begin ${outcome}`, () => coordinator.begin(id, producerEpoch, places));
      await ask(outcome, () => coordinator.end(id, producerEpoch, outcome));
    },
    async close() {
      destroyed = true;
    },
    destroy() {
      destroyed = true;
    },
  };
}
