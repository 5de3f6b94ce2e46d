import { Command } from "commander";
import { exitCodeOf, isCoded, messageOf } from "../../../schemas/errors.ts";
import { fullJitter } from "../../runtime/backoff.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { createLogger } from "../../runtime/logger.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import type { Running } from "../../runtime/service/lifecycle.ts";
import { reportFailure, runService } from "../../runtime/service/lifecycle.ts";
import { createMetrics } from "../../runtime/service/metrics.ts";
import { type RegistryConfig, registryConfig } from "./config.ts";
import { registryServer } from "./http/server.ts";
import { RegistryStore } from "./store.ts";

async function start(config: RegistryConfig, signal: AbortSignal): Promise<Running> {
  const metrics = createMetrics("schema-registry");
  let store: RegistryStore | undefined;
  const server = registryServer({
    store: () => store,
    metrics,
    logger,
  });
  const { url } = await server.listen(config.SCHEMA_REGISTRY_PORT, config.SCHEMA_REGISTRY_HOST);
  const opened = open(config, signal).then((result) => {
    store = result;
    if (result) logger.info({ url, subjects: result.state.subjects("live").length }, "ready");
  });
  return {
    failed: opened.then(() => new Promise<never>(() => {})),
    async stop() {
      await server.drain();
      await opened;
      await store?.close();
    },
  };
}

/** Read the topic back; tried again until Kafka is there or the process is told to stop. */
async function open(config: RegistryConfig, signal: AbortSignal): Promise<RegistryStore | undefined> {
  const clock = systemClock;
  const kafka = createKafka({ ...kafkaAccess(config), clientId: "schema-registry", logger, clock });
  const wait = fullJitter({ baseMs: 50, capMs: 1000, random: Math.random, floorMs: 20 });
  while (!signal.aborted) {
    try {
      return await RegistryStore.open({ kafka, topic: `${config.TOPIC_PREFIX}_schemas`, clock, logger });
    } catch (error) {
      if (isCoded(error) && !error.retryable) throw error;
      logger.warn({ reason: messageOf(error) }, "Kafka is not there yet");
      await clock.sleep(wait.next(), signal);
    }
  }
  return undefined;
}

const program = new Command("schema-registry")
  .description("Schemas by id and subject, over the API of Confluent's Schema Registry (Avro).")
  .addHelpText(
    "after",
    `
Settings (environment):
  KAFKA_BROKERS          where the schemas are kept       (127.0.0.1:9092)
  SCHEMA_REGISTRY_PORT   where to listen, 0: any free port (8081)
  TOPIC_PREFIX           before the topic _schemas

Example:
  KAFKA_BROKERS=localhost:9092 SCHEMA_REGISTRY_PORT=8081 schema-registry
  curl -s localhost:8081/subjects`,
  );
program.parse();

const logger = createLogger("schema-registry", process.env["LOG_LEVEL"]);
try {
  const config = registryConfig(process.env);
  await runService(logger, (signal) => start(config, signal));
} catch (error) {
  reportFailure(logger, error);
  process.exit(exitCodeOf(error));
}
