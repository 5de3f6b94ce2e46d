import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { postgresAccess } from "../../infra/runtime/security/postgres.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { stationsSettings } from "./config.ts";
import { postgresSource } from "./reconcile/source.ts";
import { startStations } from "./stations.ts";

/** @throws {CodedError} CONFIG_INVALID, KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE */
export async function start({
  env,
  logger,
  clock,
  metrics,
  signal,
}: ServiceContext): Promise<RunningService> {
  const config = readConfig(stationsSettings, env);
  const everySeconds = config.STATIONS_RECONCILE_S;
  return startStations({
    kafka: createKafka({ ...kafkaAccess(config), clientId: "stations", logger, clock }),
    clock,
    ...(everySeconds === 0
      ? {}
      : { source: { table: postgresSource(postgresAccess(config)), everySeconds } }),
    registry: createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), logger, clock, keep: signal }),
    prefix: config.TOPIC_PREFIX,
    logger,
    metrics,
  });
}
