import { Command } from "commander";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { reportFailure, runService } from "../../infra/runtime/lifecycle.ts";
import { createLogger } from "../../infra/runtime/logger.ts";
import { createMetrics } from "../../infra/runtime/metrics.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { exitCodeOf } from "../../schemas/errors.ts";
import { ingestConfig } from "./config.ts";
import { startIngest } from "./ingest.ts";

const EXAMPLES = `
Settings (environment):
  FLEET_HOST, FLEET_PORT   where vehicles post; 127.0.0.1 and 5001
  FLEET_API_KEYS_FILE      a line per vehicle: its id, the SHA-256 of its key; not set: any vehicle may send
  FLEET_PATIENCE_MS        the longest that a POST waits for Kafka; 10000
  FLEET_REQUEST_MS         for a request to arrive whole; 10000
  FLEET_MAX_CONNECTIONS    8192
  FLEET_MAX_WAITING_MB     what may be on its way to Kafka in all; 32
  KAFKA_BROKERS, TOPIC_PREFIX, LOG_LEVEL

Example:
  curl -i localhost:5001/events -H 'Content-Type: application/json' -d '{"vehicle_id": "V-1", "sequence": 1,
    "time": "2026-01-01T12:00:00Z", "lat": 41.88, "lon": -87.63, "speed": 30, "heading": 90, "battery": 80}'`;

const program = new Command("fleet-ingest")
  .description("Takes the vehicles' telemetry over HTTP; acknowledges only what Kafka has.")
  .addHelpText("after", EXAMPLES);
program.parse();

const logger = createLogger("fleet-ingest", process.env["LOG_LEVEL"]);
try {
  const config = ingestConfig(process.env);
  await runService(logger, (signal) =>
    startIngest({
      config,
      signal,
      logger,
      clock: systemClock,
      random: seededRandom(systemClock.now(), "fleet-ingest"),
      metrics: createMetrics("fleet-ingest"),
      kafka: createKafka({
        brokers: config.KAFKA_BROKERS,
        clientId: "fleet-ingest",
        logger,
        clock: systemClock,
      }),
    }),
  );
} catch (error) {
  reportFailure(logger, error);
  process.exit(exitCodeOf(error));
}
