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
  const transaction = (name: string, write: (prefix: string) => Write): Contender => ({
    name: `a transaction: ${name}, ${COMMITS_PER_SECOND}/s`,
    run: () =>
      cluster.withTopics(async (prefix) => {
        const admin = await cluster.kafka.admin();
        await admin.ensureTopics([plainTopic(prefix)]);
        await admin.close();
        const producer = client(cluster).producer({
          transactionalId: `${prefix}limits`,
          maxInFlightRequests: 1,
        });
        await producer.connect();
        try {
          return await cost(cluster, "commit", seconds, COMMITS_PER_SECOND, () => write(prefix)(producer));
        } finally {
          await producer.disconnect();
        }
      }),
  });
  return [
    {
      name: `a request to Kafka that asks for its topics, ${REQUESTS_PER_SECOND}/s`,
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
    transaction("one record", (prefix) => committing(plainTopic(prefix).topic, [0], false)),
    transaction("one record and an offset", (prefix) => committing(plainTopic(prefix).topic, [0], true)),
    transaction("a record in each of two partitions and an offset", (prefix) =>
      committing(plainTopic(prefix).topic, [0, 1], true),
    ),
  ];
}

type Write = (producer: Producer) => Promise<void>;

/** Records of 64 bytes, one in each of the partitions. */
function committing(topic: string, partitions: readonly number[], offset: boolean): Write {
  return async (producer) => {
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
  };
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
