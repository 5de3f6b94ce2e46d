import { join } from "node:path";
import { Command } from "commander";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { createLogger } from "../../runtime/logger.ts";
import { httpAccess } from "../../runtime/security/http.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { readConfig } from "../../runtime/service/config.ts";
import { homeOf } from "../../runtime/service/endpoints.ts";
import { runService } from "../../runtime/service/lifecycle.ts";
import { ksqlConfig } from "./config.ts";
import { httpRegistry } from "./formats/registry.ts";
import { openKsqlServer } from "./server.ts";

const command = new Command("ksql-server")
  .description(
    "The embedded stand-in for ksqlDB: streams, tables and queries over Kafka, with ksqlDB's REST API.",
  )
  .option("--service-id <id>", "instances with the same id share statements and work", "default_")
  .addHelpText(
    "after",
    "\nEnvironment: KAFKA_BROKERS, SCHEMA_REGISTRY_URL, KSQL_PORT (8088), KSQL_STATE_MEMORY_ROWS (100000),\n  KSQL_STATE_DIR, LOG_LEVEL\n\nExample:\n  KSQL_PORT=8088 ksql-server --service-id default_",
  )
  .parse();

const config = readConfig(ksqlConfig, process.env);
const logger = createLogger("ksql", config.LOG_LEVEL);

await runService(logger, async () => {
  const { serviceId } = command.opts<{ serviceId: string }>();
  const registry = httpAccess("SCHEMA_REGISTRY", config);
  const kafka = createKafka({
    ...kafkaAccess(config),
    clientId: `ksql-${serviceId}`,
    logger,
    clock: systemClock,
  });
  const server = await openKsqlServer({
    kafka,
    registry: httpRegistry(registry.url, registry.fetch),
    clock: systemClock,
    logger,
    port: config.KSQL_PORT,
    serviceId,
    state: {
      folder: config.KSQL_STATE_DIR ?? join(homeOf(process.env), "ksql"),
      memoryRows: config.KSQL_STATE_MEMORY_ROWS,
    },
  });
  logger.info({ url: server.url, serviceId }, "ksql ready");
  return { stop: () => server.close() };
});
