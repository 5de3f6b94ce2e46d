import type { InRecord, Kafka, Tail } from "../../../runtime/kafka/ports.ts";
import type { GroupPlan, QueryPlan } from "../analysis/query-plan.ts";
import { layoutOf } from "../analysis/source-scope.ts";
import { Aggregator } from "../engine/aggregator.ts";
import { groupTypes, sourceChanges } from "../engine/change-source.ts";
import { condition, project } from "../engine/expressions.ts";
import { shareOf } from "../engine/grouper.ts";
import { idOf, type TableEntry } from "../engine/materialized.ts";
import type { ProcessingLog } from "../engine/processing-log.ts";
import { type RecordReader, recordReader, type SourceRecord } from "../engine/record-reader.ts";
import type { Turns } from "../engine/work.ts";
import type { Serdes } from "../formats/side.ts";
import { StateSpace } from "../state/state-space.ts";
import type { Row, Value } from "../values/value.ts";
import { type ResultRow, type ResultTaker, resultColumns } from "./result.ts";

/** Records as rows of the answer. */
type Rows = (records: readonly InRecord[]) => Promise<readonly ResultRow[]>;

/** A running `EMIT CHANGES`. */
interface PushQuery {
  /** Resolves at LIMIT with true, with false when it was stopped; rejects when it cannot go on. */
  readonly ended: Promise<boolean>;
  stop(): void;
}

/**
 * The header is sent once the positions to read from are known, so that nothing written after it is missed.
 *
 * @param keyedOnly - rows without a key are left out.
 */
export async function openPush(
  plan: QueryPlan,
  kafka: Kafka,
  serdes: Serdes,
  from: "beginning" | "end",
  log: ProcessingLog,
  turns: Turns,
  taker: ResultTaker,
  keyedOnly = false,
): Promise<PushQuery> {
  const reader = recordReader(plan.source, serdes, log);
  const rowsOf = rows(plan, keyedOnly ? withKey(reader) : reader, log, turns);
  const limit = plan.limit ?? Number.POSITIVE_INFINITY;
  let count = 0;
  let finish = (_limit: boolean): void => {};
  let fail = (_error: unknown): void => {};
  const over = new Promise<boolean>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  let headerSent = (): void => {};
  const header = new Promise<void>((resolve) => {
    headerSent = resolve;
  });
  let tail: Tail | undefined;
  const onRecords = async (records: readonly InRecord[]): Promise<void> => {
    await header;
    try {
      for (const row of await rowsOf(records)) {
        if (count >= limit) break;
        count++;
        await taker.row(row);
      }
      if (count >= limit) finish(true);
    } catch (error) {
      fail(error);
    }
  };
  tail = await kafka.tail({ topics: [plan.source.topic], from, onRecords });
  taker.header(resultColumns(plan.columns, false));
  if (limit === 0) finish(true);
  headerSent();
  return {
    ended: over.finally(() => void tail?.stop()),
    stop: () => finish(false),
  };
}

function withKey(reader: RecordReader): RecordReader {
  return {
    prepare: (records) => reader.prepare(records),
    read(record) {
      const read = reader.read(record);
      return read?.hasKey ? read : undefined;
    },
  };
}

function rows(plan: QueryPlan, reader: RecordReader, log: ProcessingLog, turns: Turns): Rows {
  if (plan.group) return groupRows(plan, plan.group, reader, log, turns);
  const rowOf = plan.source.type === "STREAM" ? streamRow(plan, log) : tableRow(plan, log);
  return async (records) => {
    await reader.prepare(records);
    turns.begin(records);
    const answer: ResultRow[] = [];
    for (const record of records) {
      const turn = turns.turn();
      if (turn) await turn;
      const read = reader.read(record);
      const row = read && rowOf(read);
      if (row) answer.push(row);
    }
    return answer;
  };
}

/** A record as a row of the answer; undefined: it changes nothing there. */
type RowOf = (read: SourceRecord) => ResultRow | undefined;

function streamRow(plan: QueryPlan, log: ProcessingLog): RowOf {
  const holds = condition(plan.where, "WHERE", log);
  const values = project(plan.columns, log);
  return ({ row }) => (row && holds(row) ? { values: values(row) } : undefined);
}

function tableRow(plan: QueryPlan, log: ProcessingLog): RowOf {
  const holds = condition(plan.where, "WHERE", log);
  const values = project(plan.columns, log);
  const identity = project(
    plan.columns.filter((column) => column.key || column.bound),
    log,
  );
  const shown = new Set<string>();
  return (read) => {
    if (!read.hasKey) return undefined;
    const id = idOf(read.key, read.windowStart);
    if (read.row && holds(read.row)) {
      shown.add(id);
      return { values: values(read.row) };
    }
    const before = shown.delete(id);
    if (plan.where && !before) return undefined;
    const known = identity(keyRow(plan, read));
    let next = 0;
    return {
      values: plan.columns.map((c) => (c.key || c.bound ? (known[next++] ?? null) : null)),
      tombstone: true,
    };
  };
}

/** The part of a row that a tombstone has: key and window. */
function keyRow({ source }: QueryPlan, read: SourceRecord): Row {
  const layout = layoutOf(source);
  const row: Value[] = [...read.key, ...source.values.map(() => null)];
  row[layout.rowTime] = BigInt(read.time);
  if (source.window && read.windowStart !== undefined) {
    row[layout.windowStart] = BigInt(read.windowStart);
    row[layout.windowEnd] = BigInt(read.windowStart + source.window.size);
  }
  return row;
}

function groupRows(
  plan: QueryPlan,
  group: GroupPlan,
  reader: RecordReader,
  log: ProcessingLog,
  turns: Turns,
): Rows {
  const groups = new Map<string, TableEntry>();
  const store = {
    get: (id: string) => groups.get(id),
    set: (id: string, entry: TableEntry) => void groups.set(id, entry),
  };
  const aggregator = new Aggregator(group, plan.columns, store, log);
  const changes = sourceChanges(
    plan.source,
    reader,
    shareOf(plan, group, log),
    groupTypes(group),
    "",
    new StateSpace(),
  );
  const nothing = group.aggregates.map(() => null);
  return async (records) => {
    const answer: ResultRow[] = [];
    for (const change of await changes.changesOf(records, turns)) {
      for (const { key, values, windowStart } of aggregator.apply(change)) {
        if (values) answer.push({ values });
        else {
          const end =
            windowStart === undefined
              ? []
              : [BigInt(windowStart), BigInt(windowStart + (group.window?.size ?? 0))];
          const groupRow: Row = [...key, ...nothing, ...end];
          answer.push({
            values: plan.columns.map((c) => (c.key ? c.compiled.evaluate(groupRow) : null)),
            tombstone: true,
          });
        }
      }
    }
    changes.commit();
    return answer;
  };
}
