import { messageOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../../runtime/clock.ts";
import type { Kafka, KafkaAdmin, Processor, TopicSpec } from "../../../runtime/kafka/ports.ts";
import type { Logger } from "../../../runtime/logger.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";
import type { SchemaRegistry } from "../formats/registry.ts";
import { serdesOf } from "../formats/side.ts";
import { NO_WARD, type Ward } from "../isolation/ward.ts";
import type { StateSpace } from "../state/state-space.ts";
import { drained } from "./drained.ts";
import { type Grown, grownPlan } from "./grown-source.ts";
import type { Materialized, TableEntry } from "./materialized.ts";
import { processingLog } from "./processing-log.ts";
import { oldRepartitionTopics, type Stage, topologyOf } from "./topology.ts";

export interface EngineDependencies {
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  readonly registry: SchemaRegistry | undefined;
  /** The registry, which keeps what is registered by it until the signal aborts. Left out: it is registered once. */
  readonly keeping?: (until: AbortSignal) => SchemaRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Begins the names of internal topics and consumer groups. */
  readonly prefix: string;
  /** Where tables are kept. */
  readonly space: StateSpace;
  /** Left out: every query runs. */
  readonly ward?: Ward;
}

export interface QuerySpec {
  readonly queryId: string;
  readonly plan: QueryPlan;
  readonly sink: Source;
  readonly everyChange: boolean;
  /** Where to begin, per partition of the source; left out: at the beginning. */
  readonly starts?: readonly number[];
}

type QueryState = "RUNNING" | "ERROR" | "STARTING";

const RETRY_MS = 1000;
/**
 * Under load, larger transactions carry more inputs per changed group, which costs two records each; but when every input
 * is a group of its own, all those records must be written within the transaction's time limit, also by a slow broker.
 */
const MAX_RECORDS = 20_000;
const MAX_BYTES = 2 * 1024 * 1024;
/**
 * What dedup commits comes in steps, one for each partition, milliseconds apart: a query goes on with each at once. This
 * gap is for a source that never pauses: each commit costs the broker milliseconds of a core.
 */
export const COMMIT_GAP_MS = 100;

/** A persistent query while this instance takes part in it. */
export class RunningQuery {
  readonly spec: QuerySpec;
  readonly #deps: EngineDependencies;
  readonly #tables = new Map<number, Materialized>();
  readonly #stop = new AbortController();
  readonly #sinkRegistry: SchemaRegistry | undefined;
  #processors: Processor[] = [];
  #internal: readonly TopicSpec[] = [];
  #state: QueryState = "STARTING";
  #started: Promise<void>;

  constructor(deps: EngineDependencies, spec: QuerySpec) {
    this.#deps = deps;
    this.spec = spec;
    this.#sinkRegistry = deps.keeping?.(this.#stop.signal) ?? deps.registry;
    this.#started = this.#start();
  }

  get state(): QueryState {
    const stands = this.#processors.some(({ troubles }) => troubles.length > 0);
    return stands ? "ERROR" : this.#state;
  }

  /** Is every partition of the table here and restored? */
  get complete(): boolean {
    return this.#owned().length === this.spec.sink.partitions;
  }

  /** The committed rows of the table, as far as this instance holds its partitions. */
  *entries(): Iterable<TableEntry> {
    for (const table of this.#owned()) yield* table.entries();
  }

  /** The committed row under one key without a window. */
  entry(id: string): TableEntry | undefined {
    for (const table of this.#owned()) {
      const entry = table.committed(id);
      if (entry) return entry;
    }
    return undefined;
  }

  /** Only those that the processor works on: a table that is there may be about to end. */
  #owned(): readonly Materialized[] {
    const partitions = this.#processors.at(-1)?.partitions ?? [];
    return partitions.flatMap((partition) => this.#tables.get(partition) ?? []);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#started;
    await Promise.all(this.#processors.map((processor) => processor.stop()));
    this.#processors = [];
  }

  async #start(): Promise<void> {
    const { clock, logger } = this.#deps;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#open();
        this.#state = "RUNNING";
        return;
      } catch (error) {
        this.#state = "ERROR";
        logger.warn({ query: this.spec.queryId, reason: messageOf(error) }, "the query cannot start yet");
        await Promise.all(this.#processors.map((processor) => processor.stop()));
        this.#processors = [];
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  async #open(): Promise<void> {
    const { admin, registry, prefix, logger, clock, space, ward = NO_WARD } = this.#deps;
    const { sink, queryId, everyChange, starts } = this.spec;
    const { plan, homes } = await this.#plan();
    const source = await serdesOf(plan.source, registry, false);
    const target = await serdesOf(sink, this.#sinkRegistry, true);
    const topology = topologyOf(
      {
        queryId,
        prefix,
        plan,
        sink,
        everyChange,
        ...(starts ? { starts } : {}),
        ...(homes ? { homes } : {}),
        log: processingLog(logger, queryId, () => clock.now()),
        space,
        mark: ward.mark,
        clock,
        onReady: (partition, table) => this.#tables.set(partition, table),
        onEnd: (partition, table) => {
          if (this.#tables.get(partition) === table) this.#tables.delete(partition);
        },
      },
      source,
      target,
    );
    this.#internal = topology.internal;
    await admin.ensureTopics(topology.internal);
    const oldTopics = topology.drain ? oldRepartitionTopics(prefix, queryId, await admin.listTopics()) : [];
    if (topology.drain && oldTopics.length > 0) await this.#drain(topology.drain(oldTopics));
    this.#processors = await Promise.all(topology.stages.map((stage) => this.#openStage(stage)));
  }

  /** As many partitions as the source has now, where the query can go on with them. */
  async #plan(): Promise<Pick<Grown, "plan" | "homes">> {
    const { admin, kafka, prefix } = this.#deps;
    const { plan, sink, queryId } = this.spec;
    const grown = await grownPlan({ plan, sink, name: `${prefix}query_${queryId}` }, admin, kafka);
    if (!grown) return { plan };
    const { regroupState } = grown;
    const made = (await admin.partitionCounts([regroupState])).size > 0;
    const { partitions } = grown.plan.source;
    if (made) await admin.growTopics([{ topic: regroupState, partitions }]);
    return grown;
  }

  /** Count what was on its way when the query was stopped by an earlier version, and remove where it lay. */
  async #drain(stage: Stage): Promise<void> {
    const { admin, kafka, clock, logger } = this.#deps;
    const { inputs, group } = stage;
    logger.info(
      { query: this.spec.queryId, topics: inputs.length },
      "reading the last of the old internal topics",
    );
    const processor = await this.#openStage(stage);
    try {
      await drained({ kafka, admin, clock, group, topics: inputs, signal: this.#stop.signal });
    } finally {
      await processor.stop();
    }
    if (!this.#stop.signal.aborted) await admin.deleteTopics(inputs);
  }

  async #openStage(stage: Stage): Promise<Processor> {
    const { admin, kafka } = this.#deps;
    const processor = await kafka.processor({
      repair: () => admin.ensureTopics(this.#internal),
      maxRecords: MAX_RECORDS,
      maxBytes: MAX_BYTES,
      minCommitGapMs: COMMIT_GAP_MS,
      ...stage,
    });
    processor.failed.catch((error: unknown) => {
      this.#state = "ERROR";
      this.#deps.logger.error({ query: this.spec.queryId, reason: messageOf(error) }, "the query failed");
    });
    return processor;
  }
}
