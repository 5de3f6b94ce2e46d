import type { Registry } from "prom-client";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { processorProbe } from "../../infra/runtime/kafka/processor-probe.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { avroCodec, avroDecoder } from "../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import type { DeadLetter } from "../../schemas/dead-letter.ts";
import { LIMITS } from "../../schemas/mqtt.ts";
import { CHICAGO, type StationNetwork } from "../../schemas/network/network.ts";
import type { ArrivalRecord, DedupState, TurnstileRecord } from "../../schemas/records.ts";
import { stationTopicSettings } from "../../schemas/topic-settings.ts";
import { dedupGroup, type Topics, topicNames } from "../../schemas/topics.ts";
import { CleanRecords } from "./clean-records.ts";
import { batchDecoder, stateDecoder } from "./decode.ts";
import { dedupMetrics } from "./metrics.ts";
import { StationTopics } from "./station-topics.ts";
import { DedupTask, type DedupTaskOptions } from "./task.ts";
import { prepareTopics, verifyPartitions, writesOf } from "./topics.ts";

interface DedupOptions {
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly prefix: string;
  /** Left out: Chicago's. */
  readonly network?: StationNetwork;
  /** Also a copy of each clean record to its station's own topic. */
  readonly perStation: boolean;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly clock: Clock;
}

/** Raw bytes per transaction. A reading takes some 30 of them: 6,000 readings, some 100 ms of writing. */
const TRANSACTION_BYTES = 192 * 1024;
/**
 * A commit costs the broker some 7 ms of a core, however little is in it, and two of ksql follow each: so at rest this gap
 * decides what the system costs. Half of it is what a reading waits for in the middle. What follows (ksql, the page) goes
 * on at once when this one commits, so no other gap is waited for.
 */
const COMMIT_GAP_MS = 200;

/** What a state record costs in Kafka beside its value: key and framing, bytes. */
const RECORD_OVERHEAD = 1024;

/** Removes what was delivered twice and writes the clean topics exactly once. */
export async function startDedup(options: DedupOptions): Promise<RunningService> {
  const { kafka, prefix, logger, clock, network = CHICAGO } = options;
  const topics = topicNames(prefix);
  const metrics = dedupMetrics(options.metrics);
  const admin = await kafka.admin();
  try {
    const partitions = await prepareTopics(admin, topics);
    const codecs = await registered(options.registry, topics, options);
    const existing = new Set(await admin.listTopics());
    const specs = stationTopicSettings(prefix, network.stations);
    const stations = new StationTopics({ admin, specs, existing, logger });
    const task: DedupTaskOptions = {
      ...codecs,
      topics,
      partitions,
      network,
      maxStateBytes: await stateLimit(admin, topics.dedupState, logger),
      prepare: (ids) => (options.perStation ? stations.prepare(ids) : undefined),
      verify: () => verifyPartitions(admin, topics, partitions),
      now: () => clock.now(),
      onCommitted: (partition, committed) => metrics.committed(partition, committed, clock.now()),
      onDeadLetter(error) {
        metrics.deadLetter(error);
        logger.warn({ code: error.code, ...error.context }, `dead letter: ${error.message}`);
      },
    };
    const processor = await kafka.processor({
      group: dedupGroup(prefix),
      inputs: [topics.raw],
      stateTopic: topics.dedupState,
      writes: writesOf(topics, partitions, options.perStation ? specs : []),
      async repair() {
        await prepareTopics(admin, topics);
        stations.found(new Set(await admin.listTopics()));
      },
      task: (partition) => new DedupTask(task, partition),
      maxBytes: TRANSACTION_BYTES,
      minCommitGapMs: COMMIT_GAP_MS,
    });
    return {
      failed: processor.failed,
      probe: () => processorProbe(processor, metrics.totals),
      async stop() {
        await processor.stop();
        await closed(stations, admin);
      },
    };
  } catch (error) {
    await admin.close();
    throw error;
  }
}

/** What the state topic takes as the value of one record, bytes. */
async function stateLimit(admin: KafkaAdmin, topic: string, logger: Logger): Promise<number> {
  const bytes = Number((await admin.settingsOf(topic))["max.message.bytes"] ?? LIMITS.recordBytes);
  if (bytes < LIMITS.recordBytes) {
    logger.warn(
      { topic, takes: bytes, needs: LIMITS.recordBytes },
      `max.message.bytes of ${topic} may be too little for what is counted of a station: npm run bootstrap sets it`,
    );
  }
  return bytes - RECORD_OVERHEAD;
}

async function closed(stations: StationTopics, admin: KafkaAdmin): Promise<void> {
  await stations.stop();
  await admin.close();
}

type Registered = Pick<
  DedupTaskOptions,
  "clean" | "decode" | "decodeState" | "stateKey" | "state" | "deadLetterKey" | "deadLetter"
>;

/** Register every schema that dedup writes by, so that an incompatible one stops the start. */
async function registered(
  registry: RegistryClient,
  topics: Topics,
  { prefix, perStation, logger }: Pick<DedupOptions, "prefix" | "perStation" | "logger">,
): Promise<Registered> {
  const decoder = avroDecoder(registry, logger);
  const [raw, arrivalKey, arrival, turnstileKey, turnstile, stateKey, state, deadLetterKey, deadLetter] =
    await Promise.all([
      avroCodec<unknown>(registry, `${topics.raw}-value`, "reading-batch"),
      avroCodec<number>(registry, `${topics.arrivals}-key`, "station-id"),
      avroCodec<ArrivalRecord>(registry, `${topics.arrivals}-value`, "arrival"),
      avroCodec<number>(registry, `${topics.turnstiles}-key`, "station-id"),
      avroCodec<TurnstileRecord>(registry, `${topics.turnstiles}-value`, "turnstile"),
      avroCodec<number>(registry, `${topics.dedupState}-key`, "station-id"),
      avroCodec<DedupState>(registry, `${topics.dedupState}-value`, "dedup-state"),
      avroCodec<string>(registry, `${topics.deadLetter}-key`, "device-id"),
      avroCodec<DeadLetter>(registry, `${topics.deadLetter}-value`, "dead-letter"),
    ]);
  return {
    decode: batchDecoder(decoder, raw.id),
    decodeState: stateDecoder(decoder, state.id),
    clean: new CleanRecords({
      codecs: { arrivalKey, arrival, turnstileKey, turnstile },
      topics,
      prefix,
      perStation,
    }),
    stateKey,
    state,
    deadLetterKey,
    deadLetter,
  };
}
