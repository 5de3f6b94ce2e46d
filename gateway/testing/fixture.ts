import { Registry } from "prom-client";
import { systemClock } from "../../infra/runtime/clock.ts";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import { type Logger, silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import { LIMITS } from "../../schemas/mqtt.ts";
import { topicNames } from "../../schemas/topics.ts";
import { ANY_PASSWORD, type Passwords } from "../access/credentials.ts";
import { gatewayMeter } from "../metrics.ts";
import { type Gateway, type ServiceConfig, startGateway } from "../service.ts";

export interface TestGateway extends Gateway {
  readonly url: string;
  /** The value of a counter or gauge, summed over the labels that are left out. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

export interface TestGatewayOptions {
  readonly config?: Partial<ServiceConfig>;
  readonly passwords?: Passwords;
  readonly registry?: RegistryClient;
  readonly logger?: Logger;
}

/** A whole gateway on a free port over the given Kafka, whose topics are made. */
export async function testGateway(kafka: Kafka, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const topicPrefix = options.config?.topicPrefix ?? "";
  const topics = topicNames(topicPrefix);
  const admin = await kafka.admin();
  await admin.ensureTopics(
    [topics.raw, topics.devices, topics.deadLetter].map((topic) => ({ topic, partitions: 2 })),
  );
  await admin.close();
  const metrics = new Registry();
  const gateway = await startGateway({
    kafka,
    registry: options.registry ?? memoryRegistry(),
    passwords: options.passwords ?? ANY_PASSWORD,
    random: seededRandom(1),
    signal: undefined,
    clock: systemClock,
    logger: options.logger ?? silentLogger,
    meter: gatewayMeter(metrics),
    config: {
      host: "127.0.0.1",
      port: 0,
      tls: undefined,
      webSocketPort: undefined,
      maxConnections: 4_096,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxInFlight: 1_024,
      maxWaitingBytes: 32 * 2 ** 20,
      patienceMs: 10_000,
      connectMs: 10_000,
      topicPrefix,
      ...options.config,
    },
  });
  return {
    ...gateway,
    url: `mqtt://127.0.0.1:${gateway.ports.mqtt}`,
    async metric(name, labels = {}) {
      const values = (await metrics.getSingleMetric(`gateway_${name}`)?.get())?.values ?? [];
      return values
        .filter((v) => Object.entries(labels).every(([key, value]) => v.labels[key] === value))
        .reduce((sum, v) => sum + v.value, 0);
    },
  };
}
