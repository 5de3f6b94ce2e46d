import { CodedError } from "../../../../schemas/errors.ts";
import { planQuery } from "../analysis/select.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { sinkSource } from "../catalog/create.ts";
import { withDefaults } from "../catalog/defaults.ts";
import { readWith } from "../catalog/properties.ts";
import type { Source } from "../catalog/source.ts";
import { applyCommand, checkNew, commandId } from "../commands/apply.ts";
import type { Command } from "../commands/command.ts";
import { type Lookups, prepareCommand, topicToCreate } from "../commands/prepare.ts";
import type { ServerState } from "../commands/server-state.ts";
import type { EngineDependencies } from "../engine/running-query.ts";
import { ERROR_CODE, errorCodeOf, refuse } from "../errors.ts";
import { registerSchemas, serdesOf } from "../formats/side.ts";
import type { CreateStatement, Statement } from "../sql/ast.ts";
import { parseStatements } from "../sql/statements.ts";
import { currentStatus, type Entity, entity } from "./entities.ts";
import { insertedRow, insertRecord } from "./insert.ts";
import { checkLimits, checkPartitions, LIMITS } from "./limits.ts";
import {
  checkedValue,
  knownProperty,
  type SessionProperties,
  sessionProperties,
  startOf,
} from "./properties.ts";
import type { PushQueries } from "./push-queries.ts";
import { answerQuestion, checkQuestion, isQuestion } from "./questions.ts";
import type { TopicProducers } from "./topic-producers.ts";
import { substituted } from "./variables.ts";

/** An error of one statement in a request, with what had been done before it. */
export class StatementFailure extends Error {
  readonly errorCode: number;
  readonly statementText: string;
  readonly entities: readonly Entity[];

  constructor(cause: unknown, statementText: string, entities: readonly Entity[]) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "StatementFailure";
    this.errorCode = errorCodeOf(cause);
    this.statementText = statementText;
    this.entities = entities;
  }
}

const ON_QUERY =
  "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT";

interface Step {
  readonly statement: Statement;
  readonly session: SessionProperties;
  readonly command?: Command;
}

/** The statements of `POST /ksql`: all are tried out on a copy of the catalog first, then carried out one by one. */
export class KsqlService {
  readonly state: ServerState;
  readonly deps: EngineDependencies;
  readonly pushes: PushQueries;
  readonly producers: TopicProducers;
  readonly serviceId: string;
  /** Changes of the catalog go one request at a time, so that what was tried out still holds. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    deps: EngineDependencies,
    state: ServerState,
    pushes: PushQueries,
    producers: TopicProducers,
    serviceId: string,
  ) {
    this.deps = deps;
    this.state = state;
    this.pushes = pushes;
    this.producers = producers;
    this.serviceId = serviceId;
  }

  /** @throws {StatementFailure} for one of the statements, {CodedError} when the text cannot be parsed. */
  async execute(
    sql: string,
    properties: Readonly<Record<string, unknown>>,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<readonly Entity[]> {
    let statements: readonly Statement[];
    try {
      statements = parseStatements(substituted(sql, variables));
    } catch (error) {
      throw new StatementFailure(error, sql, []);
    }
    if (statements.length > LIMITS.statements) {
      throw new StatementFailure(
        refuse(`${statements.length} statements: ${LIMITS.statements} are taken at once.`),
        sql,
        [],
      );
    }
    const session = sessionProperties(properties);
    const changes = statements.some((s) => !isQuestion(s));
    const run = (): Promise<readonly Entity[]> => this.#run(statements, session);
    if (!changes) return run();
    const turn = this.#turn.then(run, run);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #run(statements: readonly Statement[], session: SessionProperties): Promise<readonly Entity[]> {
    const steps = await this.#validate(statements, session);
    const entities: Entity[] = [];
    for (const step of steps) {
      try {
        const answer = await this.#carryOut(step);
        if (answer) entities.push(answer);
      } catch (error) {
        throw new StatementFailure(error, step.statement.text, entities);
      }
    }
    return entities;
  }

  async #validate(statements: readonly Statement[], given: SessionProperties): Promise<readonly Step[]> {
    const sandbox = this.state.catalog.copy();
    const topics = new Map<string, number>();
    const lookups: Lookups = {
      registry: this.deps.registry,
      partitionsOf: async (topic) => topics.get(topic) ?? this.#partitionsOf(topic),
    };
    const steps: Step[] = [];
    let session = given;
    for (const statement of statements) {
      try {
        if (statement.kind === "set") {
          const name = knownProperty(statement.property);
          session = { ...session, [name]: checkedValue(name, statement.value) };
        } else if (statement.kind === "unset") {
          const { [knownProperty(statement.property)]: _, ...rest } = session;
          session = rest;
        } else if (statement.kind === "insert-values") {
          insertedRow(statement, sandbox);
          steps.push({ statement, session });
        } else if (isQuestion(statement)) {
          checkQuestion(statement, sandbox);
          steps.push({ statement, session });
        } else if (statement.kind === "select" || statement.kind === "print") {
          throw refuse(ON_QUERY, ERROR_CODE.queryEndpoint);
        } else if (statement.kind !== "define" && statement.kind !== "undefine") {
          steps.push(await this.#tryOut(statement, session, sandbox, lookups, topics));
        }
      } catch (error) {
        throw new StatementFailure(error, statement.text, []);
      }
    }
    return steps;
  }

  async #tryOut(
    statement: Statement,
    session: SessionProperties,
    sandbox: Catalog,
    lookups: Lookups,
    topics: Map<string, number>,
  ): Promise<Step> {
    if (statement.kind === "terminate" && this.pushes.has(statement.queryId)) return { statement, session };
    if (statement.kind === "create") {
      if (statement.ifNotExists && sandbox.source(statement.name)) return { statement, session };
      checkNew(sandbox, statement);
    }
    const command = await prepareCommand(statement, session, lookups);
    const sinkTopic =
      statement.kind === "create" && statement.query ? sinkTopicOf(statement, session) : undefined;
    const existing = sinkTopic === undefined ? undefined : await lookups.partitionsOf(sinkTopic);
    const { created, dropped } = applyCommand(sandbox, command, sandbox.sources().length, existing);
    if (created) {
      checkLimits(sandbox);
      const isNew = sinkTopic === undefined ? command.partitions === undefined : existing === undefined;
      if (isNew) checkPartitions(created.partitions);
      topics.set(created.topic, created.partitions);
    }
    if (dropped && statement.kind === "drop" && statement.deleteTopic) topics.delete(dropped.topic);
    return { statement, session, command };
  }

  async #carryOut({ statement, session, command }: Step): Promise<Entity | undefined> {
    if (isQuestion(statement)) return answerQuestion(statement, session, this);
    if (statement.kind === "insert-values") {
      await this.#insert(statement);
      return undefined;
    }
    if (!command) {
      if (statement.kind === "terminate") {
        const wasTerminated = this.pushes.close(statement.queryId);
        return entity("terminate_query", statement.text, { queryId: statement.queryId, wasTerminated });
      }
      return existsAlready(statement);
    }
    if (statement.kind === "create") await this.#makeReady(statement, command);
    const starts = await this.#startsOf(statement, session);
    const doomed = this.#doomedTopic(statement);
    const ending = this.#endingQueries(statement);
    const { offset, status } = await this.state.distribute(starts ? { ...command, starts } : command);
    await this.state.stopped(ending);
    if (ending.length > 0) await this.state.deleteInternal(ending);
    if (doomed !== undefined) {
      this.producers.forget(doomed);
      await this.deps.admin.deleteTopics([doomed]);
    }
    return currentStatus(statement.text, commandId(statement), status, offset);
  }

  /** Topics and schemas that must be there before the command is written. */
  async #makeReady(statement: Extract<Statement, { kind: "create" }>, command: Command): Promise<void> {
    const source = this.#sourceToBe(statement, command);
    const topic = topicToCreate(source, statement, await this.#partitionsOf(source.topic));
    if (topic) await this.deps.admin.ensureTopics([topic]);
    // A declared source's topic may be another program's: its schemas are registered only where there are none.
    await registerSchemas(source, this.deps.registry, !statement.query);
  }

  /** Where a new query begins, unless it is to begin at the beginning: the ends of its source now. */
  async #startsOf(statement: Statement, session: SessionProperties): Promise<readonly number[] | undefined> {
    if (statement.kind !== "create" || !statement.query || startOf(session) === "beginning") return undefined;
    const source = this.state.catalog.source(statement.query.from.name);
    return source && this.deps.admin.endOffsets(source.topic);
  }

  #sourceToBe(statement: Extract<Statement, { kind: "create" }>, command: Command): Source {
    const copy = this.state.catalog.copy();
    const { created } = applyCommand(copy, command, 0);
    if (created) return created;
    if (!statement.query) throw refuse("nothing to create");
    const complete = withDefaults(statement, command.properties);
    return sinkSource(complete, planQuery(statement.query, copy, { sink: statement.name }), "");
  }

  #doomedTopic(statement: Statement): string | undefined {
    if (statement.kind !== "drop" || !statement.deleteTopic) return undefined;
    return this.state.catalog.source(statement.name)?.topic;
  }

  #endingQueries(statement: Statement): readonly string[] {
    const { catalog } = this.state;
    if (statement.kind === "drop") return catalog.writersOf(statement.name).map((query) => query.id);
    if (statement.kind !== "terminate") return [];
    return statement.queryId === "ALL"
      ? catalog.queries().map((query) => query.id)
      : [catalog.query(statement.queryId)?.id ?? statement.queryId];
  }

  async #insert(statement: Extract<Statement, { kind: "insert-values" }>): Promise<void> {
    const inserted = insertedRow(statement, this.state.catalog);
    const serdes = await serdesOf(inserted.source, this.deps.registry, true);
    await this.producers.send(insertRecord(inserted, serdes, this.deps.clock.now()));
  }

  async #partitionsOf(topic: string): Promise<number | undefined> {
    const [found] = await this.deps.admin.describeTopics([topic]);
    return found?.replicas.length;
  }
}

function sinkTopicOf(statement: CreateStatement, session: SessionProperties): string {
  return readWith(withDefaults(statement, session).properties).topic ?? statement.name;
}

function existsAlready(statement: Statement): Entity {
  if (statement.kind !== "create")
    throw new CodedError("KSQL_STATEMENT_INVALID", { message: "no command", retryable: false });
  const kind = statement.type.toLowerCase();
  return entity("warning_entity", statement.text, {
    message: `Cannot add ${kind} \`${statement.name}\`: A ${kind} with the same name already exists.`,
  });
}
