import { join } from "node:path";
import { accessOf } from "../../runtime/http/access-settings.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { registryApi } from "../../runtime/registry/api.ts";
import { keptRegistered } from "../../runtime/registry/kept-schemas.ts";
import { httpAccess } from "../../runtime/security/http.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { readConfig } from "../../runtime/service/config.ts";
import { homeOf } from "../../runtime/service/endpoints.ts";
import type { ServiceContext } from "../../runtime/service/serve.ts";
import type { RunningService } from "../../runtime/service/service-set.ts";
import { ksqlConfig } from "./config.ts";
import { openKsqlServer } from "./server.ts";

/** @throws {CodedError} CONFIG_INVALID, KAFKA_UNAVAILABLE, PORT_TAKEN */
export async function start({ env, clock, logger, metrics }: ServiceContext): Promise<RunningService> {
  const config = readConfig(ksqlConfig, env);
  const { KSQL_SERVICE_ID: serviceId } = config;
  const registry = registryApi(httpAccess("SCHEMA_REGISTRY", config));
  const server = await openKsqlServer({
    kafka: createKafka({ ...kafkaAccess(config), clientId: `ksql-${serviceId}`, logger, clock }),
    registry,
    keeping: (until) => keptRegistered(registry, { logger, clock, signal: until }),
    clock,
    logger,
    metrics,
    port: config.KSQL_PORT,
    host: config.KSQL_HOST,
    access: accessOf(config),
    serviceId,
    state: {
      folder: config.KSQL_STATE_DIR ?? join(homeOf(env), "ksql"),
      memoryRows: config.KSQL_STATE_MEMORY_ROWS,
    },
  });
  logger.info({ url: server.url, serviceId }, "ksql ready");
  return { stop: () => server.close() };
}
