import type { Clock } from "../infra/runtime/clock.ts";
import { partitionsInForce } from "../infra/runtime/kafka/partitions.ts";
import type { Kafka, Producer } from "../infra/runtime/kafka/ports.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import { avroCodec } from "../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../infra/runtime/registry/ports.ts";
import { type Topics, topicNames } from "../schemas/topics.ts";
import { KafkaLimit, payloadLimit } from "./bridge/kafka-limit.ts";
import { Records } from "./bridge/records.ts";

interface Searching {
  readonly config: { readonly topicPrefix: string; readonly patienceMs: number };
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the gateway needs before it serves. */
export interface FoundService {
  readonly records: Records;
  readonly producer: Producer;
  readonly topics: Topics;
  readonly limit: KafkaLimit;
}

/**
 * Kafka, its topics and the registry.
 *
 * @throws {CodedError} REGISTRY_INCOMPATIBLE, KAFKA_TOPIC_MISMATCH; one that is retryable while a server is not there yet.
 */
export async function find({ kafka, registry, config, clock, logger }: Searching): Promise<FoundService> {
  const topics = topicNames(config.topicPrefix);
  const admin = await kafka.admin();
  try {
    // While their number changes there is none that a batch could be written by.
    await partitionsInForce(admin, topics);
    const partitions = {
      raw: await admin.partitionsOf(topics.raw),
      devices: await admin.partitionsOf(topics.devices),
    };
    // Written only when something is wrong: that it is missing must show now.
    await admin.partitionsOf(topics.deadLetter);
    const bytes = await payloadLimit(admin, topics.raw);
    const codecs = {
      rawKey: await avroCodec<number>(registry, `${topics.raw}-key`, "station-id"),
      rawValue: await avroCodec<unknown>(registry, `${topics.raw}-value`, "reading-batch"),
      devicesKey: await avroCodec<string>(registry, `${topics.devices}-key`, "device-id"),
      devicesValue: await avroCodec<unknown>(registry, `${topics.devices}-value`, "device-state"),
      deadLetterKey: await avroCodec<string>(registry, `${topics.deadLetter}-key`, "device-id"),
      deadLetterValue: await avroCodec<unknown>(registry, `${topics.deadLetter}-value`, "dead-letter"),
    };
    const producer = await kafka.producer({ timeoutMs: config.patienceMs, lingerMs: 2 });
    const limit = new KafkaLimit({ kafka, topic: topics.raw, clock, logger }, bytes);
    return { records: new Records(codecs, topics, partitions), producer, topics, limit };
  } finally {
    await admin.close();
  }
}
