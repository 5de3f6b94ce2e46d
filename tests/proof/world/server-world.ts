import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { createKafka } from "../../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import { registryApi } from "../../../infra/runtime/registry/api.ts";
import { createRegistryClient } from "../../../infra/runtime/registry/client.ts";
import { startServers } from "../../support/servers.ts";
import type { World } from "./world.ts";

/** A world on real servers, where time passes by itself. */
export interface ServerWorld extends World {
  /** Removes what the world left in Kafka, and ends its registry. */
  close(): Promise<void>;
}

/** @param brokers - of a Kafka that runs: `host:port`, separated by commas. */
export async function serverWorld(brokers: string): Promise<ServerWorld> {
  const prefix = `proof-${randomUUID().slice(0, 8)}.`;
  const servers = await startServers(["schema-registry"], { KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix });
  const url = servers.addresses.SCHEMA_REGISTRY_URL;
  const around = { clock: systemClock, logger: silentLogger };
  const kafka = createKafka({ brokers: brokers.split(","), clientId: `${prefix}proof`, ...around });
  return {
    clock: systemClock,
    kafka,
    registries: { stages: createRegistryClient({ url, ...around }), ksql: registryApi({ url }) },
    prefix,
    pass: (ms) => sleep(ms),
    async close() {
      const admin = await kafka.admin();
      const topics = await admin.listTopics();
      await admin.deleteTopics(topics.filter((topic) => topic.includes(prefix)));
      await admin.close();
      await servers.stop();
    },
  };
}
