import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { postgresAccess } from "../../infra/runtime/security/postgres.ts";
import type { RoleContext, RoleRunning } from "../roles.ts";
import { stationsConfig } from "./config.ts";
import { postgresSource } from "./reconcile/source.ts";
import { startStations } from "./stations.ts";

/** @throws {CodedError} CONFIG_INVALID, KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE */
export async function start({ env, logger, clock, metrics }: RoleContext): Promise<RoleRunning> {
  const config = stationsConfig(env);
  const everySeconds = config.STATIONS_RECONCILE_S;
  return startStations({
    kafka: createKafka({ ...kafkaAccess(config), clientId: "stations", logger, clock }),
    clock,
    ...(everySeconds === 0
      ? {}
      : { source: { table: postgresSource(postgresAccess(config)), everySeconds } }),
    registry: createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), logger, clock }),
    prefix: config.TOPIC_PREFIX,
    logger,
    metrics,
  });
}
