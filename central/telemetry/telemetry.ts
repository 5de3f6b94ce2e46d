import { Counter, type Registry } from "prom-client";
import type { Kafka, KafkaAdmin, Subscribe } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { avroCodec } from "../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import type { PostgresAccess } from "../../infra/runtime/security/postgres.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import type { DeadLetter } from "../../schemas/dead-letter.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { type Topics, telemetryGroup, topicNames } from "../../schemas/topics.ts";
import { Database } from "./database.ts";
import { deadLetters } from "./dead-letters.ts";
import type { TopicIdPartition } from "./positions.ts";
import type { Refused } from "./row.ts";
import { NOTHING, sum, type WriteCounts } from "./write-counts.ts";

interface TelemetryOptions {
  readonly kafka: Kafka;
  readonly subscribe: Subscribe;
  readonly registry: RegistryClient;
  readonly postgres: PostgresAccess;
  readonly prefix: string;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** Writes the vehicles' events to PostgreSQL, each once. The database may be away: they wait in Kafka. */
export async function startTelemetry(options: TelemetryOptions): Promise<RunningService> {
  const { kafka, registry, logger } = options;
  const topics = topicNames(options.prefix);
  const admin = await kafka.admin();
  let cluster: string;
  try {
    await makeMissing(admin, topics);
    cluster = await admin.clusterId();
  } finally {
    await admin.close();
  }
  const [key, value] = await Promise.all([
    avroCodec<string>(registry, `${topics.deadLetter}-key`, "device-id"),
    avroCodec<DeadLetter>(registry, `${topics.deadLetter}-value`, "dead-letter"),
  ]);
  const producer = await kafka.producer();
  const bury = deadLetters({ producer, topic: topics.deadLetter, key, value });
  const database = new Database(options.postgres);
  const meter = telemetryMeter(options.metrics);
  const place = (partition: number, topicId = ""): TopicIdPartition => ({
    cluster,
    topic: topics.fleet,
    partition,
    topicId,
  });
  const subscription = options.subscribe({
    group: telemetryGroup(topics),
    topic: topics.fleet,
    async position(partition, end, topicId) {
      const { next, notice } = await database.position(place(partition, topicId), end);
      if (notice !== undefined)
        logger.error({ partition, topicId }, `${topics.fleet} is read from its start: ${notice}`);
      return next;
    },
    async onRecords(partition, records, topicId) {
      const counts = await database.write(place(partition, topicId), records, async (refused) => {
        warnOf(refused, logger);
        await bury(refused);
      });
      meter.wrote(counts);
    },
  });
  return {
    probe() {
      const { trouble } = subscription;
      // That the database is away is no reason to start this process again.
      return { ready: true, detail: { ...meter.totals(), ...(trouble ? { waitsFor: trouble } : {}) } };
    },
    async stop() {
      await subscription.stop();
      await producer.close();
      await database.close();
    },
  };
}

async function makeMissing(admin: KafkaAdmin, topics: Topics): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const own = [topics.fleet, topics.deadLetter].filter((topic) => !existing.has(topic));
  await admin.ensureTopics(topicSettings(topics, BUILT_IN_LIMITS).filter(({ topic }) => own.includes(topic)));
}

/** One line per reason: a vehicle that repeats its numbers must not fill the disk with log lines. */
function warnOf(refused: readonly Refused[], logger: Logger): void {
  for (const code of new Set(refused.map(({ error }) => error.code))) {
    const [first, ...more] = refused.filter(({ error }) => error.code === code);
    const others = more.length > 0 ? ` (and ${more.length} more)` : "";
    logger.warn({ code, count: more.length + 1 }, `dead letter: ${first?.error.message}${others}`);
  }
}

function telemetryMeter(registry: Registry) {
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `telemetry_${name}_total`, help, registers: [registry] });
  const rows = counter("rows", "Events written to PostgreSQL.");
  const duplicates = counter("duplicates", "Events that were there already.");
  const letters = counter("dead_letters", "Records that can never become rows.");
  const conflicts = counter("conflicts", "Dead letters whose identity belongs to another event.");
  const skipped = counter("skipped", "Offsets without a record: deleted before they were read, or markers.");
  let sums = NOTHING;
  return {
    totals: (): WriteCounts => sums,
    wrote(counts: WriteCounts): void {
      rows.inc(counts.inserted);
      duplicates.inc(counts.duplicates);
      letters.inc(counts.deadLetters);
      conflicts.inc(counts.conflicts);
      skipped.inc(counts.skipped);
      sums = sum(sums, counts);
    },
  };
}
