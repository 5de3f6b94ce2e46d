import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel, type Producer } from "kafkajs";
import type { Contender } from "../../harness.ts";
import { type BenchCluster, plainTopic } from "../mqtt-load/cluster.ts";
import { spending } from "../mqtt-load/processes.ts";
import { paced } from "./pace.ts";

const REQUESTS_PER_SECOND = 100;
const COMMITS_PER_SECOND = 20;
/** The broker compiles what it runs often. */
const WARM_UP_S = 20;
const GROUP = "limits";

/** What Kafka itself spends for each of them, by a bare client, beyond what it spends when nobody asks. */
export function kafkaCosts(cluster: BenchCluster, seconds: number): readonly Contender[] {
  const transaction = (name: string, written: Written): Contender => ({
    name: `a transaction: ${name}, ${COMMITS_PER_SECOND}/s`,
    run: () =>
      cluster.withTopics(async (prefix) => {
        const spec = plainTopic(prefix);
        const admin = await cluster.kafka.admin();
        await admin.ensureTopics([spec]);
        await admin.close();
        const producer = client(cluster).producer({
          transactionalId: `${prefix}limits`,
          maxInFlightRequests: 1,
        });
        await producer.connect();
        try {
          const commit = (): Promise<void> => committed(producer, spec.topic, written);
          return await cost(cluster, "commit", seconds, COMMITS_PER_SECOND, commit);
        } finally {
          await producer.disconnect();
        }
      }),
  });
  return [
    {
      name: `a request to Kafka that asks for its brokers, ${REQUESTS_PER_SECOND}/s`,
      async run() {
        const admin = client(cluster).admin();
        await admin.connect();
        try {
          return await cost(cluster, "request", seconds, REQUESTS_PER_SECOND, () => admin.describeCluster());
        } finally {
          await admin.disconnect();
        }
      },
    },
    transaction("one record", { partitions: [0], offset: false }),
    transaction("one record and an offset", { partitions: [0], offset: true }),
    transaction("a record in each of two partitions and an offset", { partitions: [0, 1], offset: true }),
  ];
}

/** What a transaction writes: a record of 64 bytes in each of these partitions, and a group's offset. */
interface Written {
  readonly partitions: readonly number[];
  readonly offset: boolean;
}

async function committed(producer: Producer, topic: string, { partitions, offset }: Written): Promise<void> {
  const transaction = await producer.transaction();
  await transaction.send({
    topic,
    messages: partitions.map((partition) => ({ partition, value: Buffer.alloc(64) })),
  });
  if (offset) {
    const topics = [{ topic, partitions: [{ partition: 0, offset: "1" }] }];
    await transaction.sendOffsets({ consumerGroupId: GROUP, topics });
  }
  await transaction.commit();
}

async function cost(
  { kafkaPid }: BenchCluster,
  what: string,
  seconds: number,
  perSecond: number,
  action: () => Promise<unknown>,
) {
  await paced(perSecond, WARM_UP_S, action);
  const idle = spending({ kafka: kafkaPid });
  await sleep(seconds * 1_000);
  const idlePerSecond = idle.spent().kafka / seconds;
  const busy = spending({ kafka: kafkaPid });
  const began = performance.now();
  const done = await paced(perSecond, seconds, action);
  const took = (performance.now() - began) / 1_000;
  return {
    [`Kafka, ms a ${what}`]: ((busy.spent().kafka - idlePerSecond * took) * 1_000) / done,
    "Kafka when nobody asks, % of a core": 100 * idlePerSecond,
    [`${what}s/s`]: done / took,
  };
}

function client({ brokers }: BenchCluster): Kafka {
  return new Kafka({ brokers: brokers.split(","), clientId: "limits", logLevel: logLevel.NOTHING });
}
