import { createKafka } from "../infra/runtime/kafka/kafka.ts";
import { createRegistryClient } from "../infra/runtime/registry/client.ts";
import type { ServiceContext } from "../infra/runtime/service/serve.ts";
import type { RunningService } from "../infra/runtime/service/service-set.ts";
import { messageOf } from "../schemas/errors.ts";
import { ANY_PASSWORD, NO_PASSWORD, passwordsOf } from "./access/credentials.ts";
import { gatewayConfig } from "./config.ts";
import { gatewayMeter } from "./metrics.ts";
import { startGateway } from "./service.ts";

/** MQTT for the agents. @throws {CodedError} CONFIG_INVALID, REGISTRY_INCOMPATIBLE, PORT_TAKEN */
export async function start(context: ServiceContext): Promise<RunningService> {
  const { logger, clock, random, signal } = context;
  const config = gatewayConfig(context.env, clock.now());
  const { credentialsFile } = config;
  const closed =
    credentialsFile === undefined
      ? NO_PASSWORD
      : passwordsOf(credentialsFile, (error) =>
          logger.warn({ reason: messageOf(error) }, "the passwords read before stay in force"),
        );
  return startGateway({
    logger,
    clock,
    config,
    random,
    signal,
    kafka: createKafka({ ...config.kafka, logger, clock, clientId: "gateway" }),
    registry: createRegistryClient({ ...config.registry, logger, clock, keep: signal }),
    passwords: config.open ? ANY_PASSWORD : closed,
    meter: gatewayMeter(context.metrics),
  });
}
