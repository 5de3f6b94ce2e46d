import { inputDecoder } from "../../../../central/dashboard/server/model/decode.ts";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { createKafka } from "../../../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../../../infra/runtime/registry/codec.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import type { TestSystem } from "../../../support/system.ts";
import type { Viewer } from "../../../support/viewer.ts";
import { EntryDelays } from "./entry-delays.ts";

export interface WatchedEntries {
  /** From the device to the summary's row in Kafka. */
  readonly summed: EntryDelays;
  /** From the device to the page. */
  readonly shown: EntryDelays;
  begin(): void;
  stop(): Promise<void>;
}

/** So often a viewer's state is looked at; half of it is added to the delay at the most. */
const LOOK_MS = 2;

/** Follows every entry of a system from its first one on. It reads Kafka itself, so not while a processor is measured. */
export async function watchEntries(system: TestSystem, viewer: Viewer): Promise<WatchedEntries> {
  const topics = topicNames("");
  const client = { clock: systemClock, logger: silentLogger };
  const kafka = createKafka({
    ...client,
    brokers: system.endpoints.KAFKA_BROKERS.split(","),
    clientId: "bench-rest",
  });
  const registry = createRegistryClient({ ...client, url: system.endpoints.SCHEMA_REGISTRY_URL });
  const decode = inputDecoder(topics, avroDecoder(registry, silentLogger));
  const summed = new EntryDelays();
  const shown = new EntryDelays();
  const tail = await kafka.tail({
    topics: [topics.turnstiles, topics.turnstileSummary],
    from: "beginning",
    async onRecords(records) {
      const now = Date.now();
      for (const record of records) {
        const input = await decode(record);
        if (input?.kind === "entry" && input.times) {
          for (const delays of [summed, shown]) delays.entry(input.stationId, input.times.device);
        }
        if (input?.kind === "summary") summed.count(input.stationId, input.count ?? 0, now);
      }
    },
  });
  await tail.caughtUp;
  let last = viewer.state;
  const stopLooking = systemClock.every(LOOK_MS, () => {
    if (viewer.state === last) return;
    last = viewer.state;
    const now = Date.now();
    for (const [id, count] of Object.entries(last?.entries ?? {})) shown.count(Number(id), count, now);
  });
  return {
    summed,
    shown,
    begin() {
      for (const delays of [summed, shown]) delays.begin();
    },
    async stop() {
      stopLooking();
      await tail.stop();
    },
  };
}
