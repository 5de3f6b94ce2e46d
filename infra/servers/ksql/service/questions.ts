import type { KafkaAdmin, TopicDescription } from "../../../runtime/kafka/ports.ts";
import { AGGREGATES } from "../analysis/aggregates.ts";
import { SCALAR_FUNCTIONS } from "../analysis/functions/registry.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import { planQuery } from "../analysis/select.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { refuse } from "../errors.ts";
import type { Query, Statement } from "../sql/ast.ts";
import { parseStatements } from "../sql/statements.ts";
import {
  describeSource,
  type Entity,
  entity,
  propertyList,
  pushEntity,
  queryDescription,
  queryEntity,
  sourceList,
} from "./entities.ts";
import { topologyText } from "./explain.ts";
import type { SessionProperties } from "./properties.ts";

/** Statements that change nothing. */
type Question = Extract<Statement, { kind: "list" | "describe" | "explain" }>;

/** What answers are made from. */
interface Known {
  readonly state: { readonly catalog: Catalog; stateOf(queryId: string): string };
  readonly deps: { readonly admin: KafkaAdmin };
  readonly serviceId: string;
  readonly pushes: { list(): readonly { readonly id: string; readonly sql: string }[] };
}

export function isQuestion(statement: Statement): statement is Question {
  return statement.kind === "list" || statement.kind === "describe" || statement.kind === "explain";
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID when what is asked about does not exist. */
export function checkQuestion(statement: Question, catalog: Catalog): void {
  if (statement.kind === "describe" && !catalog.source(statement.name)) {
    throw refuse(
      `Could not find STREAM/TABLE '${statement.name}' in the Metastore${catalog.alternatives(statement.name)}`,
    );
  }
  if (statement.kind === "explain") explained(statement, catalog);
}

export async function answerQuestion(
  statement: Question,
  session: SessionProperties,
  known: Known,
): Promise<Entity> {
  const { catalog } = known.state;
  const stateOf = (id: string): string => known.state.stateOf(id);
  const describe = async (name: string, extended: boolean): Promise<Entity> => {
    const source = catalog.source(name);
    if (!source)
      throw refuse(`Could not find STREAM/TABLE '${name}' in the Metastore${catalog.alternatives(name)}`);
    const [topic] = await known.deps.admin.describeTopics([source.topic]);
    return describeSource(source, catalog, stateOf, extended, topic);
  };
  if (statement.kind === "describe") {
    const sourceDescription = await describe(statement.name, statement.extended);
    return entity("sourceDescription", statement.text, { sourceDescription });
  }
  if (statement.kind === "explain") {
    return entity("queryDescription", statement.text, {
      queryDescription: explained(statement, catalog, stateOf),
    });
  }
  const { text, what, extended, all } = statement;
  switch (what) {
    case "STREAMS":
    case "TABLES": {
      const sources = catalog.sources(what === "STREAMS" ? "STREAM" : "TABLE");
      if (extended) {
        const sourceDescriptions = await Promise.all(sources.map((s) => describe(s.name, true)));
        return entity("source_descriptions", text, { sourceDescriptions });
      }
      return entity(what.toLowerCase(), text, { [what.toLowerCase()]: sources.map(sourceList) });
    }
    case "QUERIES": {
      const queries = [
        ...catalog.queries().map((query) => queryEntity(query, catalog, stateOf)),
        ...known.pushes.list().map(({ id, sql }) => pushEntity(id, sql)),
      ];
      return entity("queries", text, { queries });
    }
    case "TOPICS":
      return topicsEntity(text, await known.deps.admin.describeTopics(), extended, all);
    case "PROPERTIES":
      return entity("properties", text, propertyList(session, known.serviceId));
    case "FUNCTIONS": {
      const functions = [
        ...SCALAR_FUNCTIONS.map((name) => ({ name, type: "SCALAR", category: "OTHER" })),
        ...[...AGGREGATES].map((name) => ({ name, type: "AGGREGATE", category: "AGGREGATE" })),
      ];
      return entity("function_names", text, { functions });
    }
  }
}

const HIDDEN = /^(_confluent|__|_schemas$|connect-|_elevated)/;

function topicsEntity(
  text: string,
  described: readonly TopicDescription[],
  extended: boolean,
  all: boolean,
): Entity {
  const topics = described
    .filter(({ topic }) => all || !HIDDEN.test(topic))
    .toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
    .map(({ topic, replicas }) => ({
      name: topic,
      replicaInfo: replicas,
      ...(extended ? { consumerCount: 0, consumerGroupCount: 0 } : {}),
    }));
  return entity(extended ? "kafka_topics_extended" : "kafka_topics", text, { topics });
}

type Explain = Extract<Statement, { kind: "explain" }>;

function explained(statement: Explain, catalog: Catalog, stateOf?: (id: string) => string): Entity {
  const { queryId } = statement;
  if (queryId === undefined) {
    const query = queryOf(statement.statement);
    if (!query) throw refuse("The provided statement does not run a ksql query");
    return description("", statement.statement?.text ?? "", planQuery(query, catalog));
  }
  const persistent = catalog.query(queryId);
  const sink = persistent && catalog.source(persistent.sink);
  const plan = sink && planOf(sink.statement, sink.name, catalog);
  if (!persistent || !plan) {
    throw refuse(
      `Query with id:${queryId} does not exist, use SHOW QUERIES to view the full set of queries.`,
    );
  }
  return {
    ...description(persistent.id, persistent.statement, plan, sink),
    state: stateOf?.(persistent.id) ?? null,
  };
}

function description(
  id: string,
  statement: string,
  plan: QueryPlan,
  sink?: Parameters<typeof topologyText>[1],
): Entity {
  return queryDescription({
    id,
    statement,
    columns: plan.columns,
    source: plan.source,
    ...(sink ? { sink } : {}),
    topology: topologyText(plan, sink),
    state: null,
    windowType: plan.group?.window?.type ?? null,
  });
}

function queryOf(statement: Statement | undefined): Query | undefined {
  if (statement?.kind === "select") return statement.query;
  return statement?.kind === "create" ? statement.query : undefined;
}

function planOf(sql: string, sink: string, catalog: Catalog): QueryPlan | undefined {
  const [statement] = parseStatements(sql);
  const query = queryOf(statement);
  return query && planQuery(query, catalog, { sink });
}
