import { CodedError } from "../../../../schemas/errors.ts";
import { positionText } from "../loop/offsets.ts";
import type { Committed, LoopKafka, TopicPartition, TransactionalProducer } from "../loop/ports.ts";
import { Positions } from "../positions.ts";
import type { MemoryCoordinator } from "./memory-coordinator.ts";
import type { Lies, MemoryLog } from "./memory-log.ts";

/** What the loop needs, over the log in memory. */
export function memoryLoop(log: MemoryLog, coordinator: MemoryCoordinator, lies: Lies): LoopKafka {
  const groups = new Map<string, Committed>();
  return {
    bounds: async (place) => ({
      first: log.first(place),
      end: log.end(place),
      topicId: log.topicId(place.topic),
    }),
    topicId: async (topic) => log.topicId(topic),
    async read({ topic, partition }, from, to, take) {
      for (const record of log.readable(topic, partition, from)) if (record.offset < to) await take(record);
    },
    committed: async (group, { topic, partition }) => groups.get(`${group} ${topic}-${partition}`),
    partitions: async (topics) =>
      new Map(
        topics
          .filter((topic) => log.names().includes(topic))
          .map((topic) => [topic, log.partitionCount(topic)]),
      ),
    offsetsOf: async () => undefined,
    describe: async (transactionalId) => coordinator.describe(transactionalId),
    coordinated: async (producerId) => coordinator.withProducer(producerId),
    async stable(places) {
      mustBeDistinct(places);
      const stable = new Positions();
      for (const place of places) stable.set(place.topic, place.partition, log.stable(place));
      return stable;
    },
    async open(places) {
      mustBeDistinct(places);
      return places.flatMap((place) => log.open(place));
    },
    async mark(open, outcome) {
      if (lies.refusesMarkers()) {
        throw new CodedError("KAFKA_UNAVAILABLE", { message: "not authorized", retryable: false });
      }
      if (lies.losesEnd()) throw new CodedError("KAFKA_UNAVAILABLE", { message: "lost", retryable: true });
      log.mark(open, open.producerId, outcome);
    },
    fence: async (transactionalId) => producerOf(log, coordinator, groups, transactionalId),
  };
}

/** Brokers refuse ListOffsets of a partition that is named twice. */
function mustBeDistinct(places: readonly TopicPartition[]): void {
  const names = new Set(places.map(({ topic, partition }) => `${topic}-${partition}`));
  if (names.size === places.length) return;
  throw new CodedError("KAFKA_UNAVAILABLE", { message: "a partition is named twice", retryable: true });
}

function producerOf(
  log: MemoryLog,
  coordinator: MemoryCoordinator,
  groups: Map<string, Committed>,
  id: string,
): TransactionalProducer {
  const { producerId, producerEpoch } = coordinator.fence(id);
  return {
    producerId,
    producerEpoch,
    async commit(records, { group, topic, partition, next, topicId }, beforeEnd) {
      const places = records.map((record) => ({ topic: record.topic, partition: record.partition ?? 0 }));
      for (const place of places) log.partitionCount(place.topic);
      coordinator.begin(id, producerEpoch, places);
      const written = coordinator.write(id, producerEpoch, records);
      await beforeEnd();
      try {
        coordinator.end(id, producerEpoch, "commit");
      } finally {
        // Of the same transaction, also when its reply is lost.
        if (coordinator.describe(id)?.state === "CompleteCommit") {
          groups.set(`${group} ${topic}-${partition}`, { next, metadata: positionText({ next, topicId }) });
        }
      }
      return written;
    },
    async end(places, outcome) {
      coordinator.begin(id, producerEpoch, places);
      coordinator.end(id, producerEpoch, outcome);
    },
    close: async () => {},
    destroy: () => {},
  };
}
