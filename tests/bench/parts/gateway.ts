import type { BenchmarkPart, Contender, Figures, PartOptions } from "../harness.ts";
import { sameAsRealClients } from "./gateway/mqtt-js.ts";
import { gatewayContender } from "./gateway/ours.ts";
import { perfTest } from "./gateway/perf-test.ts";
import { telegrafContenders } from "./gateway/telegraf.ts";
import { type BenchCluster, plainTopic, startCluster } from "./mqtt-load/cluster.ts";

const SECONDS = 20;
const BATCH = 100;

let shared: BenchCluster | undefined;

function cluster(): BenchCluster {
  if (!shared) throw new Error("no cluster was started");
  return shared;
}

/** What the gateway takes with Kafka's acknowledgement, beside Kafka's own producer and the usual bridge. */
export const gatewayPart: BenchmarkPart = {
  name: "gateway",
  about:
    "QoS 1 PUBLISHes acknowledged because Kafka has them, one reading each and a hundred, agents, gateway and Kafka on the same processors; beside kafka-producer-perf-test and, where installed, mosquitto with Telegraf",
  async contenders({ seconds = SECONDS, note }: PartOptions) {
    shared = await startCluster();
    return [perfTestContender(seconds), ...ours(seconds), ...telegrafContenders(cluster, seconds, note)];
  },
  async close() {
    await shared?.stop();
  },
};

/** Its last run's rate: the denominator of the runs behind it. */
let perfRate = Number.NaN;

function perfTestContender(seconds: number): Contender {
  return {
    name: "kafka-producer-perf-test, 64 B",
    run: () =>
      cluster().withTopics(async (prefix) => {
        const { brokers, kafka } = cluster();
        const spec = plainTopic(prefix);
        const admin = await kafka.admin();
        await admin.ensureTopics([spec]);
        await admin.close();
        perfRate = await perfTest(brokers, spec.topic, seconds);
        return { "records/s": perfRate };
      }),
  };
}

function ours(seconds: number): readonly Contender[] {
  const compared = (readings: number): Figures =>
    Number.isNaN(perfRate) ? {} : { "readings / perf-test's records, %": (100 * readings) / perfRate };
  return [
    ...[1, 2].flatMap((instances) =>
      [1, BATCH].map((batch) =>
        gatewayContender(cluster, {
          name: `${instances === 1 ? "gateway" : `${instances} gateways`}, ${batch === 1 ? "1 reading" : `${batch} readings`} a PUBLISH`,
          batch,
          instances,
          seconds,
          compared,
        }),
      ),
    ),
    ...sameAsRealClients(cluster),
  ];
}
