import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { subscriber } from "../../infra/runtime/kafka/subscription.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { postgresAccess } from "../../infra/runtime/security/postgres.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { telemetrySettings } from "./config.ts";
import { startTelemetry } from "./telemetry.ts";

/** @throws {CodedError} CONFIG_INVALID, KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE */
export async function start({
  env,
  logger,
  clock,
  metrics,
  signal,
}: ServiceContext): Promise<RunningService> {
  const config = readConfig(telemetrySettings, env);
  const cluster = { ...kafkaAccess(config), clientId: "telemetry", logger, clock };
  return startTelemetry({
    kafka: createKafka(cluster),
    subscribe: subscriber(cluster),
    registry: createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), logger, clock, keep: signal }),
    postgres: postgresAccess(config),
    prefix: config.TOPIC_PREFIX,
    logger,
    metrics,
  });
}
