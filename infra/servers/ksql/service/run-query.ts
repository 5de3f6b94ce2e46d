import { planQuery, sourceNamed } from "../analysis/select.ts";
import { processingLog } from "../engine/processing-log.ts";
import type { RunningQuery } from "../engine/running-query.ts";
import { turnsOf } from "../engine/work.ts";
import { refuse } from "../errors.ts";
import { serdesOf } from "../formats/side.ts";
import { checkPull, checkPullSource, pullStream, pullTable } from "../queries/pull.ts";
import { openPush } from "../queries/push.ts";
import type { ResultTaker } from "../queries/result.ts";
import type { Query, Statement } from "../sql/ast.ts";
import { parseStatements } from "../sql/statements.ts";
import type { KsqlService } from "./ksql-service.ts";
import { LIMITS } from "./limits.ts";
import { pullSettings, type SessionProperties, startOf } from "./properties.ts";

/** How long a pull query waits for a table that has just been created. */
const READY_MS = 5000;

type SelectStatement = Extract<Statement, { kind: "select" }>;
export type PrintStatement = Extract<Statement, { kind: "print" }>;

/** @throws {CodedError} KSQL_STATEMENT_INVALID */
export function parseQueryText(sql: string): SelectStatement | PrintStatement {
  const statements = parseStatements(sql);
  const [statement] = statements;
  if (statements.length !== 1 || !statement) {
    throw refuse(`Expected exactly one KSQL statement; found ${statements.length} instead`, 40000);
  }
  if (statement.kind !== "select" && statement.kind !== "print") {
    throw refuse(`Statement type \`${statement.kind}\` not supported for this resource`);
  }
  return statement;
}

interface QueryAnswer {
  readonly queryId: string;
  /** How the answer ended; undefined: nothing is said about it. */
  readonly ended: Promise<"Limit Reached" | "Query Completed" | undefined>;
  /** The client has gone. */
  stop(): void;
}

/** A taker that learns its query's id with the header. */
export interface AnswerTaker extends ResultTaker {
  /** @param answer - `table`: a pull query's rows, after which nothing is said; else `stream`. */
  begin(queryId: string, answer: "stream" | "table"): void;
}

/**
 * Analyse a SELECT and let it run.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID before anything was sent.
 */
export async function runSelect(
  service: KsqlService,
  statement: SelectStatement,
  session: SessionProperties,
  taker: AnswerTaker,
): Promise<QueryAnswer> {
  const { query } = statement;
  const { catalog } = service.state;
  const { kafka, registry, logger, clock } = service.deps;
  const source = sourceNamed(catalog, query.from.name);
  const push = query.emit !== undefined;
  if (push && service.pushes.size >= LIMITS.pushes) {
    throw refuse(
      `${LIMITS.pushes} push queries are open on this server, which is the limit: close one of them.`,
    );
  }
  const settings = pullSettings(session);
  if (!push) checkPull(query, settings);
  const plan = planQuery(query, catalog);
  if (!push) checkPullSource(query, source, settings);
  const from = startOf(session);
  // ksqlDB reads what a query of its own writes as that query goes: without rows that have no key.
  const scalable = push && from === "end" && source.queryId !== undefined && !plan.group;
  const queryId = service.pushes.nextId(source.name, scalable);
  const log = processingLog(logger, queryId, () => clock.now());
  const turns = turnsOf(clock);
  taker.begin(queryId, !push && source.type === "TABLE" ? "table" : "stream");
  if (push) {
    const running = await openPush(
      plan,
      kafka,
      await serdesOf(source, registry, false),
      from,
      log,
      turns,
      taker,
      scalable && source.keys.length > 0,
    );
    service.pushes.add(queryId, statement.text, () => running.stop());
    const ended = running.ended.finally(() => service.pushes.remove(queryId));
    return {
      queryId,
      ended: ended.then((limit) => (limit ? "Limit Reached" : undefined)),
      stop: () => void service.pushes.close(queryId),
    };
  }
  if (source.type === "TABLE") {
    const table = await readyTable(service, source.queryId ?? "", query);
    // ksqlDB says nothing at a limit here, on either endpoint (PullQueryStreamWriter, QueryStreamHandler).
    const ended = pullTable(plan, query, table, log, turns, taker).then(() => undefined);
    return { queryId, ended, stop: () => {} };
  }
  const serdes = await serdesOf(source, registry, false);
  const limited = pullStream(plan, kafka, serdes, log, turns, taker);
  return { queryId, ended: limited.then((l) => (l ? "Limit Reached" : "Query Completed")), stop: () => {} };
}

async function readyTable(service: KsqlService, queryId: string, query: Query): Promise<RunningQuery> {
  const { clock } = service.deps;
  const start = clock.monotonic();
  for (;;) {
    const running = service.state.running(queryId);
    if (!running) {
      if (service.deps.ward?.isolated.has(queryId)) {
        throw refuse(
          `The query ${queryId}, which writes \`${query.from.name}\`, is left out: it made the server hang or end. TERMINATE it.`,
        );
      }
      throw refuse(
        `The query that writes \`${query.from.name}\` does not run any more: its table cannot be queried.`,
      );
    }
    if (running.complete) return running;
    if (clock.monotonic() - start > READY_MS) {
      throw refuse(
        `Not all partitions of \`${query.from.name}\` are served by this instance: ask another one.`,
      );
    }
    await clock.sleep(20);
  }
}
