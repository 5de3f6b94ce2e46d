import { refuseOtherKeys } from "../analysis/new-planner.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import { planQuery } from "../analysis/select.ts";
import type { Catalog, PersistentQuery } from "../catalog/catalog.ts";
import { declaredSource, sinkSource } from "../catalog/create.ts";
import { withDefaults, wrapsSingleValues } from "../catalog/defaults.ts";
import { readWith } from "../catalog/properties.ts";
import type { Source } from "../catalog/source.ts";
import { refuse, unsupported } from "../errors.ts";
import type { CreateStatement, Statement } from "../sql/ast.ts";
import { parseStatements } from "../sql/statements.ts";
import type { Command } from "./command.ts";

/** What a command did to the catalog. */
export interface Applied {
  /** For people: `Stream created`. */
  readonly message: string;
  readonly queryId: string | null;
  readonly created?: Source;
  readonly started?: { readonly query: PersistentQuery; readonly plan: QueryPlan; readonly sink: Source };
  readonly dropped?: Source;
  readonly terminated?: readonly string[];
}

function statementOf(command: Command): Statement {
  const [statement] = parseStatements(command.statement);
  if (!statement) throw refuse("the command holds no statement");
  return statement;
}

/**
 * Apply a command to a catalog: of the server's own, or of a copy to see whether it would do.
 *
 * @param offset - of the command in its topic: numbers the query.
 * @param sinkPartitions - of the sink's topic, if that exists already.
 * @throws {CodedError} KSQL_STATEMENT_INVALID; the catalog is unchanged then.
 */
export function applyCommand(
  catalog: Catalog,
  command: Command,
  offset: number,
  sinkPartitions?: number,
): Applied {
  const statement = statementOf(command);
  switch (statement.kind) {
    case "create":
      return applyCreate(catalog, statement, command, offset, sinkPartitions);
    case "drop":
      return applyDrop(catalog, statement);
    case "terminate":
      return applyTerminate(catalog, statement.queryId);
    default:
      throw refuse(`no command: ${statement.kind}`);
  }
}

export function checkNew(catalog: Catalog, { type, name, orReplace }: CreateStatement): void {
  const existing = catalog.source(name);
  if (!existing || orReplace) return;
  throw refuse(
    `Cannot add ${type.toLowerCase()} '${name}': A ${existing.type.toLowerCase()} with the same name already exists`,
  );
}

function applyCreate(
  catalog: Catalog,
  given: CreateStatement,
  command: Command,
  offset: number,
  sinkPartitions?: number,
): Applied {
  checkNew(catalog, given);
  const wrapsSingle = wrapsSingleValues(command.properties);
  const statement = withDefaults(given, command.properties);
  if (!statement.query) {
    const source = declaredSource(statement, command.inferred, command.partitions, wrapsSingle);
    catalog.add(source);
    return {
      message: `${statement.type === "STREAM" ? "Stream" : "Table"} created`,
      queryId: null,
      created: source,
    };
  }
  if (statement.orReplace && catalog.source(statement.name))
    throw unsupported("CREATE OR REPLACE … AS SELECT");
  if (statement.query.limit !== undefined) {
    throw refuse(`CREATE ${statement.type} AS SELECT statements don't support LIMIT clause.`);
  }
  if (command.properties["new.query.planner.enabled"]?.toLowerCase() === "true") {
    refuseOtherKeys(statement.query, catalog);
  }
  const { timestamp } = readWith(statement.properties);
  const plan = planQuery(statement.query, catalog, {
    sink: statement.name,
    ...(timestamp ? { timestamp } : {}),
  });
  const id = `C${statement.type === "STREAM" ? "S" : "T"}AS_${statement.name}_${offset}`;
  const sink = sinkSource(statement, plan, id, sinkPartitions, wrapsSingle);
  const query = { id, statement: statement.text, source: plan.source.name, sink: sink.name };
  catalog.add(sink);
  catalog.addQuery(query);
  return {
    message: `Created query with ID ${id}`,
    queryId: id,
    created: sink,
    started: { query, plan, sink },
  };
}

type DropStatement = Extract<Statement, { kind: "drop" }>;

function applyDrop(catalog: Catalog, { type, name, ifExists }: DropStatement): Applied {
  const source = catalog.source(name);
  if (!source) {
    if (ifExists) return { message: `Source \`${name}\` does not exist.`, queryId: null };
    throw refuse(
      `${type === "STREAM" ? "Stream" : "Table"} ${name} does not exist.${catalog.alternatives(name, type)}`,
    );
  }
  if (source.type !== type) {
    throw refuse(
      `Incompatible data source type is ${source.type.toLowerCase()}, but statement was DROP ${type.toLowerCase()}`,
    );
  }
  const readers = catalog.readersOf(name).map((query) => query.id);
  // A source's own query ends with it; others must be ended first.
  const writers = catalog.writersOf(name).map((query) => query.id);
  if (readers.length > 0) {
    throw refuse(
      `Cannot drop ${name}.\nThe following queries read from this source: [${readers.join(", ")}].\nThe following queries write into this source: [${writers.join(", ")}].\nYou need to terminate them before dropping ${name}.`,
    );
  }
  for (const id of writers) catalog.removeQuery(id);
  catalog.remove(name);
  return {
    message: `Source \`${name}\` (topic: ${source.topic}) was dropped.`,
    queryId: null,
    dropped: source,
    terminated: writers,
  };
}

function applyTerminate(catalog: Catalog, queryId: string): Applied {
  const queries = queryId === "ALL" ? catalog.queries() : [catalog.query(queryId)];
  const terminated = queries.map((query) => {
    if (!query) throw refuse(`Unknown queryId: ${queryId}`);
    return query.id;
  });
  for (const id of terminated) catalog.removeQuery(id);
  return { message: "Query terminated.", queryId: null, terminated };
}

/** `stream/`X`/create`: a command's name in the REST API. */
export function commandId(statement: Statement): string {
  switch (statement.kind) {
    case "create":
      return `${statement.type.toLowerCase()}/\`${statement.name}\`/create`;
    case "drop":
      return `${statement.type.toLowerCase()}/${statement.name}/drop`;
    case "terminate":
      return `terminate/${statement.queryId}/execute`;
    default:
      throw refuse(`no command: ${statement.kind}`);
  }
}
