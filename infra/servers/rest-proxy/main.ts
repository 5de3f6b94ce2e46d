import { Command } from "commander";
import { exitCodeOf, isCoded, messageOf } from "../../../schemas/errors.ts";
import { fullJitter } from "../../runtime/backoff.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { createLogger } from "../../runtime/logger.ts";
import { httpAccess } from "../../runtime/security/http.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { type Running, reportFailure, runService } from "../../runtime/service/lifecycle.ts";
import { createMetrics } from "../../runtime/service/metrics.ts";
import { kafkajsCluster } from "./cluster-kafkajs.ts";
import { type ProxyConfig, proxyConfig } from "./config.ts";
import { proxyServer } from "./http/server.ts";
import type { ProduceDependencies } from "./produce.ts";
import { httpSchemas } from "./schemas-http.ts";

async function start(config: ProxyConfig, signal: AbortSignal): Promise<Running> {
  const metrics = createMetrics("rest-proxy");
  let proxy: ProduceDependencies | undefined;
  const server = proxyServer({
    proxy: () => proxy,
    metrics,
    logger,
    maxBody: config.REST_PROXY_MAX_BODY,
  });
  const { url } = await server.listen(config.REST_PROXY_PORT, config.REST_PROXY_HOST);
  const opened = open(config, signal).then((result) => {
    proxy = result;
    if (result) logger.info({ url }, "ready");
  });
  return {
    failed: opened.then(() => new Promise<never>(() => {})),
    async stop() {
      await server.drain();
      await opened;
      await proxy?.producer.close();
      await proxy?.cluster.close();
    },
  };
}

/** Connect; tried again until Kafka is there or the process is told to stop. */
async function open(config: ProxyConfig, signal: AbortSignal): Promise<ProduceDependencies | undefined> {
  const clock = systemClock;
  const options = { ...kafkaAccess(config), clientId: "rest-proxy", logger, clock };
  const kafka = createKafka(options);
  const registry = httpAccess("SCHEMA_REGISTRY", config);
  const schemas = httpSchemas(registry.url, undefined, registry.fetch);
  const wait = fullJitter({ baseMs: 50, capMs: 1000, random: Math.random, floorMs: 20 });
  while (!signal.aborted) {
    try {
      const producer = await kafka.producer();
      return { producer, cluster: kafkajsCluster(options), schemas };
    } catch (error) {
      if (isCoded(error) && !error.retryable) throw error;
      logger.warn({ reason: messageOf(error) }, "Kafka is not there yet");
      await clock.sleep(wait.next(), signal);
    }
  }
  return undefined;
}

const program = new Command("rest-proxy")
  .description("Writes to Kafka over HTTP: the produce half and the metadata of Confluent's REST Proxy, v2.")
  .addHelpText(
    "after",
    `
Settings (environment):
  KAFKA_BROKERS        where to write                     (127.0.0.1:9092)
  SCHEMA_REGISTRY_URL  where Avro's schemas are           (http://127.0.0.1:8081)
  REST_PROXY_PORT      where to listen, 0: any free port  (8082)
  REST_PROXY_MAX_BODY  bytes of a request, at most        (8388608)

Example:
  rest-proxy
  curl -s localhost:8082/topics/greetings -H 'Content-Type: application/vnd.kafka.json.v2+json' \\
    -d '{"records": [{"key": "k", "value": {"hello": "world"}}]}'`,
  );
program.parse();

const logger = createLogger("rest-proxy", process.env["LOG_LEVEL"]);
try {
  const config = proxyConfig(process.env);
  await runService(logger, (signal) => start(config, signal));
} catch (error) {
  reportFailure(logger, error);
  process.exit(exitCodeOf(error));
}
