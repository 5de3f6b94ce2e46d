import type { Clock } from "../../../runtime/clock.ts";
import type { PartitionTask, TopicSpec } from "../../../runtime/kafka/ports.ts";
import type { GroupPlan, QueryPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";
import type { Serdes } from "../formats/side.ts";
import type { WorkMark } from "../isolation/mark-file.ts";
import type { StateSpace } from "../state/state-space.ts";
import { Aggregator } from "./aggregator.ts";
import { type ChangeSource, groupTypes, packedChanges, sourceChanges } from "./change-source.ts";
import { shareOf } from "./grouper.ts";
import { regroupStateOf, regroups, stateOf } from "./grown-source.ts";
import { idOf, Materialized } from "./materialized.ts";
import { murmur2 } from "./murmur2.ts";
import type { ProcessingLog } from "./processing-log.ts";
import { recordReader } from "./record-reader.ts";
import { partitionOfKey, recordWriter } from "./record-writer.ts";
import { aggregateTask, regroupTask, streamTask, type TableTaskOptions, tableTask } from "./tasks.ts";
import { Work, watched } from "./work.ts";

/** One exactly-once loop of a query. */
export interface Stage {
  readonly group: string;
  readonly inputs: readonly string[];
  readonly stateTopic: string;
  /** What its tasks write besides their state. */
  readonly outputs: readonly string[];
  readonly task: (partition: number) => PartitionTask;
  /** Of the records per transaction; left out: as every query's. */
  readonly maxBytes?: number;
}

interface Topology {
  /** Topics that only this query uses. */
  readonly internal: readonly TopicSpec[];
  readonly stages: readonly Stage[];
  /**
   * Reads what the first stage wrote before it had one topic for all its partitions: a stage for those that are left
   * (`oldRepartitionTopics`), to be run dry before the others begin. undefined: the query has no such stage.
   */
  readonly drain?: (topics: readonly string[]) => Stage;
}

interface TopologyOptions {
  readonly queryId: string;
  /** Begins the names of internal topics and groups: those of one service (`--service-id`). */
  readonly prefix: string;
  readonly plan: QueryPlan;
  readonly sink: Source;
  readonly everyChange: boolean;
  /** Where the source is read from, per partition; left out: from its beginning. */
  readonly starts?: readonly number[];
  /** As `Grown` has them. */
  readonly homes?: ReadonlyMap<string, number>;
  readonly log: ProcessingLog;
  /** A partition's table is complete and may be read. */
  readonly onReady: (partition: number, state: Materialized) => void;
  /** A partition's table is kept up to date no more. */
  readonly onEnd: (partition: number, state: Materialized) => void;
  /** Where tables are kept. */
  readonly space: StateSpace;
  readonly mark: WorkMark;
  readonly clock: Clock;
}

/** Where state topics start over: small, so that a restart reads little that is overwritten. */
const COMPACTED = {
  "cleanup.policy": "compact",
  "segment.bytes": "16777216",
  "min.cleanable.dirty.ratio": "0.1",
};
/** A packed change takes 20 bytes and more: as many of them as other transactions have records. */
const MAX_PACKED_BYTES = 512 * 1024;
/** Regrouped changes are read at once; what is older than a week belongs to a query that did not run. */
const PASSING = {
  "cleanup.policy": "delete",
  "retention.ms": String(7 * 86_400_000),
  "segment.bytes": "16777216",
};

/** The internal topics of a query, known without its plan: to delete them. */
export function isInternalOf(prefix: string, queryId: string): (topic: string) => boolean {
  return (topic) => topic.startsWith(`${prefix}query_${queryId}-`);
}

/** Of these topics, those that a query's first stage wrote when it had one for each input partition. */
export function oldRepartitionTopics(
  prefix: string,
  queryId: string,
  topics: readonly string[],
): readonly string[] {
  const begin = `${prefix}query_${queryId}-regroup-`;
  const number = (topic: string): number => Number(topic.slice(begin.length));
  return topics
    .filter((topic) => topic.startsWith(begin) && /^\d+$/.test(topic.slice(begin.length)))
    .sort((x, y) => number(x) - number(y));
}

/**
 * What runs for a query. Groups that may be spread over the source's partitions are brought together by a first stage
 * and a repartition topic, as ksqlDB does.
 */
export function topologyOf(options: TopologyOptions, source: Serdes, sink: Serdes): Topology {
  const topology = plainTopology(options, source, sink);
  const { starts } = options;
  if (!starts) return topology;
  const [first, ...rest] = topology.stages;
  if (!first) return topology;
  const task = (partition: number): PartitionTask =>
    startingAt(starts[partition] ?? 0, first.task(partition));
  return { ...topology, stages: [{ ...first, task }, ...rest] };
}

/**
 * Records before this offset are passed over. The offset stands in the query's command, so that every instance begins
 * at the same one, however late it starts.
 */
function startingAt(start: number, task: PartitionTask): PartitionTask {
  return {
    ...task,
    process(records) {
      const wanted = records.filter((record) => record.offset >= start);
      return wanted.length === 0 ? [] : task.process(wanted);
    },
  };
}

function plainTopology(options: TopologyOptions, source: Serdes, sink: Serdes): Topology {
  const { plan, queryId, prefix } = options;
  const name = `${prefix}query_${queryId}`;
  const stateTopic = stateOf(name);
  const state = (partitions: number, topic = stateTopic): TopicSpec => ({
    topic,
    partitions,
    config: COMPACTED,
  });
  const { source: input } = plan;
  if (plan.group) return groupedTopology(options, plan.group, source, sink, name);
  const reader = recordReader(input, source, options.log);
  const place = (partition: number): number | undefined =>
    input.partitions === options.sink.partitions ? partition : undefined;
  const task = (partition: number): PartitionTask => {
    const writer = recordWriter(options.sink, sink, place(partition));
    const work = workOf(options);
    if (plan.type === "STREAM") return watched(streamTask(plan, reader, writer, options.log, work), work);
    const table = new Materialized(stateTopic, options.sink, [], options.space);
    const tableWith = tableOptions(options, table, sink, place(partition), partition, work);
    return watched(tableTask(tableWith, reader), work);
  };
  return {
    internal: [state(input.partitions)],
    stages: [{ group: name, inputs: [input.topic], stateTopic, outputs: [options.sink.topic], task }],
  };
}

function workOf({ queryId, mark, clock }: TopologyOptions): Work {
  return new Work(queryId, mark, clock);
}

function tableOptions(
  options: TopologyOptions,
  state: Materialized,
  serdes: Serdes,
  place: number | undefined,
  partition: number,
  work: Work,
): TableTaskOptions {
  const { plan, log, everyChange } = options;
  const writer = recordWriter(options.sink, serdes, place);
  return {
    plan,
    state,
    writer,
    log,
    work,
    everyChange,
    onReady: (table) => options.onReady(partition, table),
    onEnd: (table) => options.onEnd(partition, table),
  };
}

type KeyOfGroup = Parameters<Serdes["key"]["encode"]>[0];

/** Where the rows of a group are counted: where they always were, else the partition that its key has in the sink. */
function targetOf({ sink, homes }: TopologyOptions, { key: serde }: Serdes): (key: KeyOfGroup) => number {
  const hashed = (key: KeyOfGroup): number => {
    const bytes = serde.encode(key);
    return bytes ? partitionOfKey(sink, bytes) : murmur2(Buffer.alloc(0)) % sink.partitions;
  };
  return homes ? (key) => homes.get(idOf(key)) ?? hashed(key) : hashed;
}

/** Of a query that counted in one step, the stage that reads the source goes on with that step's group and positions. */
function groupsOf(name: string, oneStepOnce: boolean): { readonly regroup: string; readonly gather: string } {
  return oneStepOnce
    ? { regroup: name, gather: `${name}-gather` }
    : { regroup: `${name}-regroup`, gather: name };
}

function groupedTopology(
  options: TopologyOptions,
  group: GroupPlan,
  source: Serdes,
  sinkSerdes: Serdes,
  name: string,
): Topology {
  const { plan, sink, log, homes } = options;
  const types = groupTypes(group);
  const share = shareOf(plan, group, log);
  const together = !homes && !regroups(plan.source.partitions, group.byKey, sink.partitions);
  const reader = recordReader(plan.source, source, log);
  const fromSource = (topic: string): ChangeSource =>
    sourceChanges(plan.source, reader, share, types, topic, options.space);
  const stateTopic = stateOf(name);
  const aggregate = (partition: number, changes: ChangeSource): PartitionTask => {
    const table = new Materialized(
      stateTopic,
      sink,
      group.aggregates.map((a) => a.aggregate.stateTypes),
      options.space,
    );
    const values = plan.columns.filter((column) => !column.key);
    const aggregator = new Aggregator(group, values, table, log);
    const work = workOf(options);
    const tableWith = tableOptions(options, table, sinkSerdes, partition, partition, work);
    return watched(aggregateTask(tableWith, changes, aggregator, stateTopic), work);
  };
  const changelog: TopicSpec = { topic: stateTopic, partitions: sink.partitions, config: COMPACTED };
  if (together) {
    const task = (partition: number): PartitionTask => aggregate(partition, fromSource(stateTopic));
    return {
      internal: [changelog],
      stages: [{ group: name, inputs: [plan.source.topic], stateTopic, outputs: [sink.topic], task }],
    };
  }
  const regroupState = regroupStateOf(name);
  const repartition = `${name}-repartition`;
  const target = targetOf(options, sinkSerdes);
  const groups = groupsOf(name, homes !== undefined);
  const gather = (inputs: readonly string[]): Stage => ({
    group: groups.gather,
    inputs,
    stateTopic,
    outputs: [sink.topic],
    task: (partition) => aggregate(partition, packedChanges(types)),
    maxBytes: MAX_PACKED_BYTES,
  });
  return {
    internal: [
      changelog,
      { topic: regroupState, partitions: plan.source.partitions, config: COMPACTED },
      { topic: repartition, partitions: sink.partitions, config: PASSING },
    ],
    stages: [
      {
        group: groups.regroup,
        inputs: [plan.source.topic],
        stateTopic: regroupState,
        outputs: [repartition],
        task() {
          const work = workOf(options);
          return watched(regroupTask(fromSource(regroupState), repartition, target, work), work);
        },
      },
      gather([repartition]),
    ],
    drain: gather,
  };
}
