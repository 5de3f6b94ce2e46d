import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";
import { TOPICS } from "../../schemas/topics.ts";

export interface FollowedTable {
  /** Values by key, both as JSON has them. */
  readonly rows: ReadonlyMap<string, unknown>;
  stop(): Promise<void>;
}

/** The topic of the stations' table as a reader has it, from its beginning on. */
export async function followStationsTable(endpoints: Endpoints, clientId: string): Promise<FollowedTable> {
  const rows = new Map<string, unknown>();
  const common = { logger: silentLogger, clock: systemClock };
  const decoder = avroDecoder(createRegistryClient({ url: endpoints.SCHEMA_REGISTRY_URL, ...common }));
  const kafka = createKafka({ brokers: endpoints.KAFKA_BROKERS.split(","), clientId, ...common });
  const tail = await kafka.tail({
    topics: [TOPICS.stationsTable],
    from: "beginning",
    async onRecords(records) {
      for (const { key, value } of records) {
        const name = JSON.stringify(await decoder.decode(key ?? Buffer.alloc(0)));
        if (value) rows.set(name, JSON.parse(JSON.stringify(await decoder.decode(value))));
        else rows.delete(name);
      }
    },
  });
  return { rows, stop: () => tail.stop() };
}
