import type { Kafka } from "../../../runtime/kafka/ports.ts";
import { containsAggregate } from "../analysis/aggregates.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import { columnsOf } from "../analysis/scope.ts";
import { layoutOf } from "../analysis/source-scope.ts";
import type { Source } from "../catalog/source.ts";
import { condition, project } from "../engine/expressions.ts";
import { idOf, type TableEntry } from "../engine/materialized.ts";
import type { ProcessingLog } from "../engine/processing-log.ts";
import { recordReader } from "../engine/record-reader.ts";
import type { RunningQuery } from "../engine/running-query.ts";
import type { Turns } from "../engine/work.ts";
import { refuse } from "../errors.ts";
import type { Serdes } from "../formats/side.ts";
import type { Expression, Query } from "../sql/ast.ts";
import type { SqlType } from "../sql/types.ts";
import type { Row, Value } from "../values/value.ts";
import { checkLookup, type ScanSettings } from "./key-lookup.ts";
import { PULL_HELP } from "./pull-help.ts";
import { type ResultTaker, resultColumns } from "./result.ts";

/** What a session allows a pull query. */
export interface PullSettings {
  readonly limit: boolean;
  readonly scans: ScanSettings;
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID for clauses that a pull query cannot have. */
export function checkPull(query: Query, settings: PullSettings): void {
  const none = (clause: string): Error => refuse(`Pull queries don't support ${clause}.${PULL_HELP}`);
  if (query.window) throw none("WINDOW clauses");
  const expressions = query.items.flatMap((item) => (item.kind === "expression" ? [item.expression] : []));
  if (query.groupBy.length > 0 || expressions.some(containsAggregate)) throw none("GROUP BY clauses");
  if (query.having) throw none("HAVING clauses");
  if (query.limit !== undefined && !settings.limit) {
    throw refuse(
      `LIMIT clause in pull queries is currently disabled. You can enable them by setting ksql.query.pull.limit.clause.enabled=true.${PULL_HELP}`,
    );
  }
  if (query.limit !== undefined && query.limit < 0) throw none("negative integers in the LIMIT clause");
  checkSystemColumns("SELECT", expressions);
  checkSystemColumns("WHERE", query.where ? [query.where] : []);
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID for a table that cannot be asked, or not in this way. */
export function checkPullSource(query: Query, source: Source, settings: PullSettings): void {
  if (source.type === "STREAM") return;
  checkLookup(query.where, source, settings.scans);
  if (source.queryId !== undefined) return;
  throw refuse(
    `The \`${source.name}\` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_${source.name} AS SELECT * FROM ${source.name}'.${PULL_HELP}`,
  );
}

/** Where a row came from is not kept with it. */
function checkSystemColumns(clause: string, expressions: readonly Expression[]): void {
  const names = expressions.flatMap(columnsOf).map((column) => column.name);
  const foreign = names.filter((name) => name === "ROWPARTITION" || name === "ROWOFFSET");
  if (foreign.length === 0) return;
  const listed = foreign.map((name) => `\`${name}\``).join(", ");
  throw refuse(
    `Pull queries don't support the following columns in ${clause} clauses: ${listed}\n${PULL_HELP}`,
  );
}

/** The present rows of a table that a query of this server writes. @returns whether LIMIT cut the answer. */
export async function pullTable(
  plan: QueryPlan,
  query: Query,
  running: RunningQuery,
  log: ProcessingLog,
  turns: Turns,
  taker: ResultTaker,
): Promise<boolean> {
  const rowOf = tableRows(plan.source);
  const holds = condition(plan.where, "WHERE", log);
  const values = project(plan.columns, log);
  taker.header(resultColumns(plan.columns, true));
  const limit = plan.limit ?? Number.POSITIVE_INFINITY;
  let rows = 0;
  if (limit === 0) return true;
  const key = wholeKey(plan, query);
  const entries =
    key !== undefined && plan.source.window
      ? await windowsOf(running.entries(), key, turns)
      : candidates(running, key);
  for (const entry of entries) {
    const turn = turns.turn();
    if (turn) await turn;
    const row = rowOf(entry);
    if (!row || !holds(row)) continue;
    await taker.row({ values: values(row) });
    if (++rows >= limit) return true;
  }
  return false;
}

/** The one row of a key given in full, or all. */
function candidates(running: RunningQuery, key: string | undefined): Iterable<TableEntry> {
  if (key === undefined) return running.entries();
  const entry = running.entry(key);
  return entry ? [entry] : [];
}

/** A key's windows, the earliest first, whenever their rows came. */
async function windowsOf(
  entries: Iterable<TableEntry>,
  key: string,
  turns: Turns,
): Promise<readonly TableEntry[]> {
  const windows: TableEntry[] = [];
  for (const entry of entries) {
    const turn = turns.turn();
    if (turn) await turn;
    if (idOf(entry.key) === key) windows.push(entry);
  }
  return windows.sort((a, b) => (a.windowStart ?? 0) - (b.windowStart ?? 0));
}

/** The id of the key that the condition gives in full; undefined when it gives none. */
function wholeKey({ source, columns }: QueryPlan, { where }: Query): string | undefined {
  if (!where || columns.length === 0) return undefined;
  const key = source.keys.map(({ name, type }) => literalFor(equalTo(where, name), type));
  return key.some((value) => value === undefined) ? undefined : idOf(key as readonly Value[]);
}

/** The literal as a value of the key's type; undefined when only a scan compares them as SQL does. */
function literalFor(literal: Expression | undefined, type: SqlType): Value | undefined {
  if (literal?.kind === "string" && type.base === "STRING") return literal.value;
  if (literal?.kind !== "integer") return undefined;
  if (type.base === "BIGINT") return BigInt(literal.value);
  return type.base === "INTEGER" || type.base === "DOUBLE" ? literal.value : undefined;
}

function equalTo(e: Expression, column: string): Expression | undefined {
  if (e.kind === "logical" && e.op === "AND") return equalTo(e.left, column) ?? equalTo(e.right, column);
  if (e.kind !== "comparison" || e.op !== "=") return undefined;
  if (e.left.kind !== "column" || e.left.name !== column) return undefined;
  return e.right;
}

/** A table's entry as a row of its source scope; undefined for a group that HAVING left out. */
function tableRows(source: Source): (entry: TableEntry) => Row | undefined {
  const layout = layoutOf(source);
  return (entry) => {
    if (!entry.row) return undefined;
    const row: Value[] = [...entry.key, ...entry.row];
    row[layout.rowTime] = BigInt(entry.time);
    row[layout.rowPartition] = null;
    row[layout.rowOffset] = null;
    if (source.window && entry.windowStart !== undefined) {
      row[layout.windowStart] = BigInt(entry.windowStart);
      row[layout.windowEnd] = BigInt(entry.windowStart + source.window.size);
    }
    return row;
  };
}

/** A stream's rows from its beginning to its end now. @returns whether LIMIT cut the answer. */
export async function pullStream(
  plan: QueryPlan,
  kafka: Kafka,
  serdes: Serdes,
  log: ProcessingLog,
  turns: Turns,
  taker: ResultTaker,
): Promise<boolean> {
  const reader = recordReader(plan.source, serdes, log);
  const holds = condition(plan.where, "WHERE", log);
  const values = project(plan.columns, log);
  const limit = plan.limit ?? Number.POSITIVE_INFINITY;
  taker.header(resultColumns(plan.columns, false));
  if (limit === 0) return true;
  let rows = 0;
  let reached = (): void => {};
  const limitReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const tail = await kafka.tail({
    topics: [plan.source.topic],
    from: "beginning",
    async onRecords(records) {
      await reader.prepare(records);
      turns.begin(records);
      for (const record of records) {
        const turn = turns.turn();
        if (turn) await turn;
        const read = reader.read(record);
        if (rows >= limit || !read?.row || !holds(read.row)) continue;
        await taker.row({ values: values(read.row) });
        if (++rows >= limit) reached();
      }
    },
  });
  await Promise.race([tail.caughtUp, limitReached]);
  void tail.stop();
  return rows >= limit;
}
