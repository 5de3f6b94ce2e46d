import type { TopicDescription } from "../../../runtime/kafka/ports.ts";
import type { OutputColumn } from "../analysis/query-plan.ts";
import type { Catalog, PersistentQuery } from "../catalog/catalog.ts";
import type { Source } from "../catalog/source.ts";
import type { CommandStatus } from "../commands/server-state.ts";
import type { SqlType } from "../sql/types.ts";
import { defaultProperties, type SessionProperties } from "./properties.ts";

/** One element of the answer to `POST /ksql`. */
export type Entity = Readonly<Record<string, unknown>>;

const NO_WARNINGS: readonly unknown[] = [];

export function entity(type: string, statementText: string, fields: Entity): Entity {
  return { "@type": type, statementText, ...fields, warnings: NO_WARNINGS };
}

export function currentStatus(
  statementText: string,
  commandId: string,
  status: CommandStatus,
  sequenceNumber: number,
): Entity {
  return entity("currentStatus", statementText, {
    commandId,
    commandStatus: status,
    commandSequenceNumber: sequenceNumber,
  });
}

export function sourceList(source: Source): Entity {
  return {
    type: source.type,
    name: source.name,
    topic: source.topic,
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    isWindowed: source.window !== undefined,
  };
}

function schemaOf(type: SqlType): Entity {
  const base = { type: type.base, fields: null, memberSchema: null };
  return type.base === "DECIMAL"
    ? { ...base, parameters: { precision: type.precision, scale: type.scale } }
    : base;
}

function fieldsOf(keys: Source["keys"], values: Source["values"]): readonly Entity[] {
  return [
    ...keys.map(({ name, type }) => ({ name, schema: schemaOf(type), type: "KEY" })),
    ...values.map(({ name, type }) => ({ name, schema: schemaOf(type) })),
  ];
}

/** What a query's state is called, by its id. */
type StateOf = (queryId: string) => string;

export function queryEntity(query: PersistentQuery, catalog: Catalog, stateOf: StateOf): Entity {
  const state = stateOf(query.id);
  return {
    queryString: query.statement,
    sinks: [query.sink],
    sinkKafkaTopics: [catalog.source(query.sink)?.topic ?? query.sink],
    id: query.id,
    statusCount: { [state]: 1 },
    queryType: "PERSISTENT",
    state,
  };
}

export function pushEntity(id: string, statement: string): Entity {
  return {
    queryString: statement,
    sinks: [],
    sinkKafkaTopics: [],
    id,
    statusCount: { RUNNING: 1 },
    queryType: "PUSH",
    state: "RUNNING",
  };
}

export function describeSource(
  source: Source,
  catalog: Catalog,
  stateOf: StateOf,
  extended: boolean,
  topic: TopicDescription | undefined,
): Entity {
  const queries = (list: readonly PersistentQuery[]): readonly Entity[] =>
    list.map((query) => queryEntity(query, catalog, stateOf));
  return {
    name: source.name,
    windowType: source.window?.type ?? null,
    readQueries: queries(catalog.readersOf(source.name)),
    writeQueries: queries(catalog.writersOf(source.name)),
    fields: fieldsOf(source.keys, source.values),
    type: source.type,
    timestamp: source.timestamp?.column ?? "",
    statistics: "",
    errorStats: "",
    extended,
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    topic: source.topic,
    partitions: topic?.replicas.length ?? source.partitions,
    replication: topic?.replicas[0] ?? 0,
    statement: source.statement,
    queryOffsetSummaries: [],
    sourceConstraints: [],
    clusterStatistics: [],
    clusterErrorStats: [],
  };
}

export function propertyList(session: SessionProperties, serviceId: string): Entity {
  const defaults = defaultProperties(serviceId);
  return {
    properties: Object.entries({ ...defaults, ...session }).map(([name, value]) => ({
      name: `ksql.streams.${name}`,
      scope: "KSQL",
      value,
      editable: name !== "service.id",
      level: "SERVER",
    })),
    overwrittenProperties: Object.keys(session).map((name) => `ksql.streams.${name}`),
    defaultProperties: Object.keys(defaults).map((name) => `ksql.streams.${name}`),
  };
}

interface ExplainedQuery {
  readonly id: string;
  readonly statement: string;
  readonly columns: readonly OutputColumn[];
  readonly source: Source;
  readonly sink?: Source;
  readonly topology: string;
  readonly state: string | null;
  readonly windowType: string | null;
}

export function queryDescription(q: ExplainedQuery): Entity {
  return {
    id: q.id,
    statementText: q.statement,
    windowType: q.windowType,
    fields: fieldsOf(
      q.columns.filter((c) => c.key),
      q.columns.filter((c) => !c.key),
    ),
    sources: [q.source.name],
    sinks: q.sink ? [q.sink.name] : [],
    topology: q.topology,
    executionPlan: q.topology,
    overriddenProperties: {},
    ksqlHostQueryStatus: {},
    queryType: q.sink ? "PERSISTENT" : "PUSH",
    queryErrors: [],
    tasksMetadata: [],
    state: q.state,
  };
}
