import { Registry } from "prom-client";
import { startAudit } from "../../../central/audit/audit.ts";
import { startDedup } from "../../../central/dedup/dedup.ts";
import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Kafka, Producer } from "../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import type { RunningService } from "../../../infra/runtime/service/service-set.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../../schemas/topic-settings.ts";
import { type Topics, topicNames } from "../../../schemas/topics.ts";
import { startKsql } from "./ksql.ts";
import type { Registries } from "./registry.ts";
import { ScriptedField } from "./scripted-field.ts";
import { Wire } from "./wire.ts";

/** In the order in which they start. */
const STAGES = ["dedup", "ksql", "audit"] as const;
type Stage = (typeof STAGES)[number];

export interface PipelineOptions {
  /** What the stages use: an injector may stand before it. */
  readonly kafka: Kafka;
  /** What the auditor uses: it sees the topics as every reader does. */
  readonly auditorsKafka?: Kafka;
  readonly registries: Registries;
  readonly clock: Clock;
  readonly prefix: string;
  readonly perStation?: boolean;
}

/**
 * The counting half of the system in this process: the real dedup and the real ksql query over whatever Kafka it is
 * given, with a scripted field before them.
 */
export class Pipeline {
  readonly topics: Topics;
  readonly wire: Wire;
  readonly field: ScriptedField;
  readonly #options: PipelineOptions;
  readonly #producer: Producer;
  /** Each auditor has a name of its own. */
  #auditors = 0;
  readonly #running = new Map<Stage, () => Promise<void>>();

  /** Topics exist, nothing runs yet. */
  static async open(options: PipelineOptions): Promise<Pipeline> {
    const { kafka, registries, prefix } = options;
    const topics = topicNames(prefix);
    const admin = await kafka.admin();
    await admin.ensureTopics(topicSettings(topics, BUILT_IN_LIMITS));
    await admin.close();
    const wire = await Wire.open(registries.stages, topics, BUILT_IN_LIMITS.partitions);
    return new Pipeline(options, wire, await kafka.producer({ lingerMs: 0 }));
  }

  private constructor(options: PipelineOptions, wire: Wire, producer: Producer) {
    this.#options = options;
    this.#producer = producer;
    this.wire = wire;
    this.topics = wire.topics;
    this.field = new ScriptedField({ wire, producer, clock: options.clock });
  }

  /** Write as any stranger may. */
  get producer(): Producer {
    return this.#producer;
  }

  /** Everything runs. */
  async start(): Promise<void> {
    for (const stage of STAGES) await this.startStage(stage);
  }

  /** Everything ends, in reverse. */
  async stop(): Promise<void> {
    for (const stage of STAGES.toReversed()) await this.stopStage(stage);
  }

  async startStage(stage: Stage): Promise<void> {
    if (!this.#running.has(stage)) this.#running.set(stage, await this.#open(stage));
  }

  async stopStage(stage: Stage): Promise<void> {
    const stop = this.#running.get(stage);
    this.#running.delete(stage);
    await stop?.();
  }

  /** One more, beside the one that runs. */
  anotherAuditor(): RunningService {
    return this.#audit();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#producer.close();
  }

  async #open(stage: Stage): Promise<() => Promise<void>> {
    if (stage === "ksql") return startKsql(this.#options);
    const role = stage === "dedup" ? await this.#dedup() : this.#audit();
    return () => role.stop();
  }

  #audit(): RunningService {
    const { kafka, auditorsKafka, registries, clock, prefix, perStation = false } = this.#options;
    return startAudit({
      kafka: auditorsKafka ?? kafka,
      registry: registries.stages,
      prefix,
      perStation,
      clock,
      logger: silentLogger,
      metrics: new Registry(),
      instance: `auditor ${++this.#auditors}`,
    });
  }

  #dedup(): Promise<RunningService> {
    const { kafka, registries, clock, prefix, perStation = false } = this.#options;
    return startDedup({
      kafka,
      registry: registries.stages,
      prefix,
      perStation,
      logger: silentLogger,
      metrics: new Registry(),
      clock,
    });
  }
}
