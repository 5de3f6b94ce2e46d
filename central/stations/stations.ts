import type { Registry } from "prom-client";
import { type Clock, systemClock } from "../../infra/runtime/clock.ts";
import { defined } from "../../infra/runtime/defined.ts";
import type { Kafka, Processor, TopicSpec } from "../../infra/runtime/kafka/ports.ts";
import { processorProbe } from "../../infra/runtime/kafka/processor-probe.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { avroCodec } from "../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import type { DeadLetter } from "../../schemas/dead-letter.ts";
import type { StationRecord } from "../../schemas/records.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { type Topics, topicNames } from "../../schemas/topics.ts";
import { type StationsMetrics, stationsMetrics } from "./metrics.ts";
import { Reconciler } from "./reconcile/reconciler.ts";
import type { StationsSource } from "./reconcile/source.ts";
import type { StationKey } from "./table.ts";
import { StationsTask, type StationsTaskOptions } from "./task.ts";

export interface StationsOptions {
  readonly kafka: Kafka;
  /** PostgreSQL's table, and how often to compare it with Connect's topic, s; undefined: never. */
  readonly source?: { readonly table: StationsSource; readonly everySeconds: number };
  readonly clock?: Clock;
  readonly registry: RegistryClient;
  readonly prefix: string;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/**
 * Of one transaction. A row takes some 300 bytes, so the usual limit would make transactions of a few hundred; in a large
 * one a stop that changed more than once is written once. What 20,000 rows make of the table and the state is written
 * within the transaction's time limit by a broker that takes 5,000 records a second.
 */
const MAX_RECORDS = 20_000;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Makes the table of stations from the rows that Connect reads from PostgreSQL.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE
 */
export async function startStations(options: StationsOptions): Promise<RunningService> {
  const { kafka, registry, prefix, logger } = options;
  const topics = topicNames(prefix);
  const metrics = stationsMetrics(options.metrics);
  const [codecs] = await Promise.all([registered(registry, topics), prepareTopics(kafka, topics)]);
  const task: StationsTaskOptions = {
    ...codecs,
    topics,
    onCommitted: (counts, stops) => metrics.committed(counts, stops),
    onDeadLetter: (error) => logger.warn({ code: error.code }, `dead letter: ${error.message}`),
  };
  const processor = await kafka.processor({
    group: `${prefix}stations`,
    inputs: [topics.connectStations],
    stateTopic: topics.stationsState,
    outputs: [topics.stationsTable, topics.deadLetter],
    repair: () => prepareTopics(kafka, topics),
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    task: () => new StationsTask(task),
  });
  const reconciler = reconcilerOf(options, topics.connectStations, processor, metrics);
  return {
    failed: processor.failed,
    probe: () => processorProbe(processor, { ...metrics.totals, ...defined({ source: metrics.source }) }),
    async stop() {
      await reconciler?.stop();
      await processor.stop();
    },
  };
}

/** Looks before a difference is corrected: a change that is on its way through Connect is none. */
const LOOKS = 2;
/** The same while the topic is empty, because Connect's first snapshot is still to come. */
const FIRST_LOOKS = 8;

function reconcilerOf(
  { kafka, source, clock = systemClock, logger }: StationsOptions,
  topic: string,
  processor: Processor,
  metrics: StationsMetrics,
): Reconciler | undefined {
  if (!source) return undefined;
  const everyMs = source.everySeconds * 1_000;
  return new Reconciler({
    kafka,
    topic,
    source: source.table,
    clock,
    logger,
    active: () => processor.partitions.length > 0,
    onLook: (look) => metrics.looked(look),
    everyMs,
    graceMs: LOOKS * everyMs,
    firstGraceMs: FIRST_LOOKS * everyMs,
  });
}

/** Make what is missing. Settings of topics that exist are left alone: they are the bootstrap's. */
async function prepareTopics(kafka: Kafka, topics: Topics): Promise<void> {
  const admin = await kafka.admin();
  try {
    const existing = new Set(await admin.listTopics());
    const own = [topics.connectStations, topics.stationsTable, topics.stationsState, topics.deadLetter];
    const missing = topicSettings(topics, BUILT_IN_LIMITS).filter(
      ({ topic }) => own.includes(topic) && !existing.has(topic),
    );
    // One partition, or two stops of a station would be read in any order.
    const present = own.filter((topic) => existing.has(topic) && topic !== topics.deadLetter);
    await admin.ensureTopics([...missing, ...present.map((topic): TopicSpec => ({ topic, partitions: 1 }))]);
  } finally {
    await admin.close();
  }
}

type Codecs = Pick<StationsTaskOptions, "key" | "value" | "deadLetterKey" | "deadLetter">;

async function registered(registry: RegistryClient, topics: Topics): Promise<Codecs> {
  const [key, value, deadLetterKey, deadLetter] = await Promise.all([
    avroCodec<StationKey>(registry, `${topics.stationsTable}-key`, "station-key"),
    avroCodec<StationRecord>(registry, `${topics.stationsTable}-value`, "station"),
    avroCodec<string>(registry, `${topics.deadLetter}-key`, "device-id"),
    avroCodec<DeadLetter>(registry, `${topics.deadLetter}-value`, "dead-letter"),
  ]);
  return { key, value, deadLetterKey, deadLetter };
}
