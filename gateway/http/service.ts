import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { ingestSettings } from "./config.ts";
import { startIngest } from "./ingest.ts";

/** HTTP for the vehicles. @throws {CodedError} CONFIG_INVALID, PORT_TAKEN */
export async function start({
  env,
  logger,
  clock,
  metrics,
  signal,
}: ServiceContext): Promise<RunningService> {
  const config = readConfig(ingestSettings, env);
  return startIngest({
    config,
    signal,
    logger,
    clock,
    metrics,
    random: seededRandom(clock.now(), "fleet-ingest"),
    kafka: createKafka({ ...kafkaAccess(config), clientId: "fleet-ingest", logger, clock }),
  });
}
