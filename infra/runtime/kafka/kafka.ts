import { openAdmin } from "./kafkajs/admin.ts";
import type { ClusterOptions } from "./kafkajs/client.ts";
import { KafkaJsLogReader } from "./kafkajs/log-reader.ts";
import { openProcessor } from "./kafkajs/processor.ts";
import { openProducer } from "./kafkajs/producer.ts";
import { openTail, openTailGroup } from "./kafkajs/tail.ts";
import type { Kafka } from "./ports.ts";

/** Kafka over kafkajs, made safe by delivery rule 5. Opens no connection by itself. */
export function createKafka(options: ClusterOptions): Kafka {
  return {
    producer: (settings) => openProducer(options, settings),
    processor: (settings) => openProcessor(options, settings),
    tail: (settings) => openTail(options, settings),
    tailGroup: (settings) => openTailGroup(options, settings),
    logReader: (settings) => new KafkaJsLogReader(options, settings),
    admin: () => openAdmin(options),
  };
}
