import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { postgresAccess } from "../../infra/runtime/security/postgres.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { CHICAGO } from "../../schemas/network/network.ts";
import { startAudit } from "./audit.ts";
import { auditConfig } from "./config.ts";
import { postgresTable } from "./fleet/table.ts";

/** @throws {CodedError} CONFIG_INVALID. Kafka and the registry may come later. */
export async function start({
  env,
  logger,
  clock,
  metrics,
  random,
}: ServiceContext): Promise<RunningService> {
  const config = auditConfig(env);
  return startAudit({
    kafka: createKafka({ ...kafkaAccess(config), clientId: "audit", logger, clock }),
    registry: createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), logger, clock }),
    prefix: config.TOPIC_PREFIX,
    network: config.NETWORK_FILE ?? CHICAGO,
    fleet: postgresTable(postgresAccess(config)),
    perStation: config.DEDUP_STATION_TOPICS,
    logger,
    metrics,
    clock,
    instance: `${clock.now().toString(36)}-${Math.floor(random() * 2 ** 32).toString(36)}`,
  });
}
