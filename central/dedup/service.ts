import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { CHICAGO } from "../../schemas/network/network.ts";
import { dedupSettings } from "./config.ts";
import { startDedup } from "./dedup.ts";

/** @throws {CodedError} CONFIG_INVALID, KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE */
export async function start({
  env,
  logger,
  clock,
  metrics,
  signal,
}: ServiceContext): Promise<RunningService> {
  const config = readConfig(dedupSettings, env);
  return startDedup({
    kafka: createKafka({ ...kafkaAccess(config), clientId: "dedup", logger, clock }),
    registry: createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), logger, clock, keep: signal }),
    prefix: config.TOPIC_PREFIX,
    network: config.NETWORK_FILE ?? CHICAGO,
    perStation: config.DEDUP_STATION_TOPICS,
    logger,
    metrics,
    clock,
  });
}
