import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { InRecord, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";

/** What any consumer may see of a running system's topics. */
export interface TopicReader {
  readonly admin: KafkaAdmin;
  /** All committed records that these topics hold now. */
  read(topics: readonly string[]): Promise<readonly InRecord[]>;
  /** An Avro part of a record, by the registry. */
  avro(bytes: Buffer | null): Promise<unknown>;
  close(): Promise<void>;
}

export async function openTopicReader(endpoints: Endpoints): Promise<TopicReader> {
  const around = { logger: silentLogger, clock: systemClock };
  const kafka = createKafka({
    brokers: endpoints.KAFKA_BROKERS.split(","),
    clientId: "topic-reader",
    ...around,
  });
  const decoder = avroDecoder(createRegistryClient({ url: endpoints.SCHEMA_REGISTRY_URL, ...around }));
  const admin = await kafka.admin();
  return {
    admin,
    read: (topics) => contentsOf(kafka, topics),
    avro: (bytes) => decoder.decode(bytes ?? Buffer.alloc(0)),
    close: () => admin.close(),
  };
}
