import { Command } from "commander";
import { systemClock } from "../infra/runtime/clock.ts";
import { createKafka } from "../infra/runtime/kafka/kafka.ts";
import { reportFailure, runService } from "../infra/runtime/lifecycle.ts";
import { createLogger } from "../infra/runtime/logger.ts";
import { createMetrics, serveProbes } from "../infra/runtime/metrics.ts";
import { createRegistryClient } from "../infra/runtime/registry/client.ts";
import { EXIT, exitCodeOf } from "../schemas/errors.ts";
import { credentialsCommand } from "./access/command.ts";
import { ANY_PASSWORD, passwordsOf } from "./access/credentials.ts";
import { type GatewayConfig, gatewayConfig } from "./config.ts";
import { gatewayMeter } from "./metrics.ts";
import { type Gateway, startGateway } from "./service.ts";

const EXAMPLES = `
Examples:
  npm run gateway
  MQTT_PORT=1884 KAFKA_BROKERS=kafka-1:9092,kafka-2:9092 npm run gateway
  npm run gateway -- credentials add 40380
  mosquitto_sub -u observer -t 'cta/v1/#' -v

Environment:
  MQTT_HOST, MQTT_PORT             where agents connect; 127.0.0.1 and 1883
  MQTT_CREDENTIALS_FILE            passwords (hashes); required unless MQTT_HOST is loopback
  MQTT_MAX_CONNECTIONS             8192
  MQTT_MAX_PAYLOAD                 bytes of one PUBLISH; 262144
  MQTT_MAX_IN_FLIGHT               unacknowledged PUBLISHes of one connection; 1024
  MQTT_CONNECT_MS                  how long a connection may be without a CONNECT; 10000
  GATEWAY_PATIENCE_MS              how long a PUBLISH waits for Kafka at most; 10000
  GATEWAY_MAX_WAITING_MB           what may wait for Kafka in all; 32
  KAFKA_BROKERS, SCHEMA_REGISTRY_URL, TOPIC_PREFIX, PROBE_PORT, LOG_LEVEL`;

async function serve(config: GatewayConfig): Promise<never> {
  const logger = createLogger("gateway", config.logLevel);
  return runService(logger, async (signal) => {
    const registry = createMetrics("gateway");
    let gateway: Gateway | undefined;
    const probes =
      config.probePort === undefined
        ? undefined
        : await serveProbes(
            registry,
            config.probePort,
            () =>
              gateway?.probe() ?? { ready: false, detail: { waitingFor: "Kafka and the schema registry" } },
          );
    const common = { logger, clock: systemClock };
    gateway = await startGateway({
      ...common,
      config,
      signal,
      kafka: createKafka({ ...common, brokers: config.brokers, clientId: "gateway" }),
      registry: createRegistryClient({ ...common, url: config.registryUrl }),
      passwords: config.credentialsFile === undefined ? ANY_PASSWORD : passwordsOf(config.credentialsFile),
      meter: gatewayMeter(registry),
    });
    const { stop } = gateway;
    return {
      async stop() {
        await stop();
        probes?.server.close();
      },
    };
  });
}

const program = new Command("gateway")
  .description("MQTT for the agents; acknowledges only what Kafka has.")
  .addHelpText("after", EXAMPLES)
  .action(() => serve(gatewayConfig(process.env)))
  .addCommand(credentialsCommand(process.env))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));

try {
  await program.parseAsync();
} catch (error) {
  reportFailure(createLogger("gateway"), error);
  process.exit(exitCodeOf(error));
}
