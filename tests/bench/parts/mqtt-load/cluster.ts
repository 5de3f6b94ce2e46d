import { randomUUID } from "node:crypto";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { createKafka } from "../../../../infra/runtime/kafka/kafka.ts";
import type { Kafka, TopicSpec } from "../../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../../../schemas/topic-settings.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import { startServers } from "../../../support/servers.ts";
import { kafkaPid } from "./processes.ts";

/** The built-in Kafka as `npm start` starts it, with a registry, shared by the contenders of one run. */
export interface BenchCluster {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly kafka: Kafka;
  readonly kafkaPid: number;
  /** The servers' own folder, the broker's log among it. */
  readonly home: string;
  /** Run something with topics of its own, which are removed afterwards. @param partitions - left out: as `npm start` has them. */
  withTopics<T>(run: (prefix: string) => Promise<T>, partitions?: number): Promise<T>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<BenchCluster> {
  const servers = await startServers(["kafka", "schema-registry"]);
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = servers.addresses;
  const kafka = createKafka({
    brokers: brokers.split(","),
    clientId: "bench",
    logger: silentLogger,
    clock: systemClock,
  });
  return {
    brokers,
    registryUrl,
    kafka,
    kafkaPid: kafkaPid(),
    home: servers.home,
    async withTopics(run, partitions = BUILT_IN_LIMITS.partitions) {
      const prefix = `b-${randomUUID().slice(0, 8)}.`;
      const admin = await kafka.admin();
      try {
        await admin.ensureTopics(topicSettings(topicNames(prefix), { ...BUILT_IN_LIMITS, partitions }));
        return await run(prefix);
      } finally {
        const ours = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
        await admin.deleteTopics(ours);
        await admin.close();
      }
    },
    stop: () => servers.stop(),
  };
}

/** A topic for who knows nothing of ours: as many partitions as the raw topic. */
export function plainTopic(prefix: string): TopicSpec {
  return { topic: `${prefix}plain`, partitions: BUILT_IN_LIMITS.partitions };
}
