import { Counter, type Registry } from "prom-client";
import type { Clock } from "../../infra/runtime/clock.ts";
import { defined } from "../../infra/runtime/defined.ts";
import type { AccessRules } from "../../infra/runtime/http/access.ts";
import { accessOf } from "../../infra/runtime/http/access-settings.ts";
import type { Kafka, Producer } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { Random } from "../../infra/runtime/random.ts";
import { untilAvailable } from "../../infra/runtime/service/availability.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { topicNames } from "../../schemas/topics.ts";
import type { IngestConfig } from "./config.ts";
import { EventsInKafka } from "./events-in-kafka.ts";
import { Intake } from "./intake.ts";
import { ingestServer } from "./server.ts";
import { vehicleKeysFrom } from "./vehicle-keys.ts";

export interface IngestParts {
  readonly config: Omit<IngestConfig, "KAFKA_BROKERS" | "LOG_LEVEL">;
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Ends the search for Kafka. */
  readonly signal: AbortSignal;
}

/** A vehicle that shows its own key needs no other right. */
function accessFor(config: IngestParts["config"]): AccessRules {
  const { token, ...access } = accessOf(config);
  return config.FLEET_API_KEYS_FILE === undefined ? { ...access, ...defined({ token }) } : access;
}

interface Ingest extends RunningService {
  readonly url: string;
}

/**
 * Listens at once; until Kafka is reached every POST is told 503.
 *
 * @throws {CodedError} CONFIG_INVALID, PORT_TAKEN
 */
export async function startIngest(parts: IngestParts): Promise<Ingest> {
  const { config, kafka, clock, logger, metrics } = parts;
  const topic = topicNames(config.TOPIC_PREFIX).fleet;
  let producer: Producer | undefined;
  const eventsInKafka = new EventsInKafka(kafka, topic, clock);
  const answers = new Counter({
    name: "fleet_posts_total",
    help: "POSTs and refused requests, by status.",
    labelNames: ["status"],
    registers: [metrics],
  });
  const events = new Counter({
    name: "fleet_events_total",
    help: "Events acknowledged because Kafka has them.",
    registers: [metrics],
  });
  const intake = new Intake({
    topic,
    producer: () => producer,
    maxBytes: config.FLEET_MAX_WAITING_MB * 2 ** 20,
    patienceMs: config.FLEET_PATIENCE_MS,
    clock,
  });
  const server = ingestServer({
    intake,
    eventsInKafka: () => eventsInKafka.count(),
    metrics,
    onAnswer(status, count) {
      answers.inc({ status });
      events.inc(count);
    },
    keys: config.FLEET_API_KEYS_FILE === undefined ? undefined : vehicleKeysFrom(config.FLEET_API_KEYS_FILE),
    now: () => clock.now(),
    logger,
    access: accessFor(config),
    maxConnections: config.FLEET_MAX_CONNECTIONS,
    requestMs: config.FLEET_REQUEST_MS,
  });
  const { url } = await server.listen(config.FLEET_PORT, config.FLEET_HOST);
  logger.info({ url: `${url}/events` }, "vehicles may post");
  // A POST may wait for the request before its own and for its own: each has half of its time.
  const timeoutMs = config.FLEET_PATIENCE_MS / 2;
  const searched = untilAvailable(() => kafka.producer({ timeoutMs }), parts).then((found) => {
    producer = found;
  });
  return {
    url,
    probe() {
      const { ready, accepted, heldBytes } = intake;
      return { ready, detail: ready ? { accepted, heldBytes } : { waitingFor: "Kafka" } };
    },
    ready: searched,
    async stop() {
      await server.drain();
      await searched.catch(() => {});
      await producer?.close();
      await eventsInKafka.close();
    },
  };
}
