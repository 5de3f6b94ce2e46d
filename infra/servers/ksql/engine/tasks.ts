import type { InRecord, OutRecord, PartitionTask } from "../../../runtime/kafka/ports.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import type { Aggregator } from "./aggregator.ts";
import { type ChangeSource, packChanges } from "./change-source.ts";
import { condition, project } from "./expressions.ts";
import type { GroupChange } from "./grouper.ts";
import { idOf, type Materialized } from "./materialized.ts";
import type { ProcessingLog } from "./processing-log.ts";
import type { RecordReader } from "./record-reader.ts";
import type { RecordWriter, SinkRow } from "./record-writer.ts";
import type { Work } from "./work.ts";

/** A stream from a stream: filter and project, nothing to remember. */
export function streamTask(
  plan: QueryPlan,
  reader: RecordReader,
  writer: RecordWriter,
  log: ProcessingLog,
  work: Work,
): PartitionTask {
  const holds = condition(plan.where, "WHERE", log);
  const keyOf = project(plan.keyOrder, log);
  const valuesOf = project(
    plan.columns.filter((column) => !column.key),
    log,
  );
  return {
    restore() {},
    async process(records) {
      await reader.prepare(records);
      work.begin(records);
      const out: OutRecord[] = [];
      for (const record of records) {
        const turn = work.turn();
        if (turn) await turn;
        const read = reader.read(record);
        if (!read || (plan.where && !(read.row && holds(read.row)))) continue;
        const { row, time, windowStart } = read;
        const sunk = {
          key: row ? keyOf(row) : read.key,
          values: row ? valuesOf(row) : null,
          time,
          ...(windowStart === undefined ? {} : { windowStart }),
        };
        out.push(...written(writer, log, record, sunk));
      }
      return out;
    },
  };
}

/** What a table's task shares with those who read the table. */
export interface TableTaskOptions {
  readonly plan: QueryPlan;
  readonly state: Materialized;
  readonly writer: RecordWriter;
  readonly log: ProcessingLog;
  readonly work: Work;
  /** Write each change, not only the last of a key in a batch. */
  readonly everyChange: boolean;
  /** The state is complete: it may be read from now on. */
  readonly onReady: (state: Materialized) => void;
  /** It may be read no more. */
  readonly onEnd: (state: Materialized) => void;
}

/** A table from a table: filter and project; what was written is remembered, for tombstones and pull queries. */
export function tableTask(options: TableTaskOptions, reader: RecordReader): PartitionTask {
  const { plan, state, writer, log, work, onReady, onEnd } = options;
  const holds = condition(plan.where, "WHERE", log);
  const keyOf = project(plan.keyOrder, log);
  const valuesOf = project(
    plan.columns.filter((column) => !column.key),
    log,
  );
  return {
    restore: (record) => void state.restore(record),
    ready: () => onReady(state),
    async process(records) {
      await reader.prepare(records);
      work.begin(records);
      const out = new Emitted(options);
      for (const record of records) {
        const turn = work.turn();
        if (turn) await turn;
        const read = reader.read(record);
        if (!read?.hasKey) continue;
        const { row, time, windowStart } = read;
        const key = row ? keyOf(row) : read.key;
        const values = row && holds(row) ? valuesOf(row) : null;
        const place = windowStart === undefined ? {} : { windowStart };
        const id = idOf(key, windowStart);
        const before = state.get(id);
        // A row that never was in the table needs no tombstone (KAFKA-10077).
        if (plan.where && !values && !before?.row) continue;
        state.set(id, values ? { key, time, row: values, states: [], ...place } : undefined);
        out.add(record, { key, values, time, ...place });
      }
      return [...out.records(writer, log), ...state.changes()];
    },
    committed: () => state.commit(),
    close() {
      onEnd(state);
      return state.close();
    },
  };
}

const STREAM_TIME = Buffer.from("t");
/** Of stream time, at least: looking for windows to forget takes a look at all of them. */
const EXPIRE_EVERY_MS = 60_000;
/** Of the time for which windows are kept, so that the looks cost the same however fast the streams go. */
const EXPIRE_EVERY_SHARE = 1 / 24;

/** Groups of a stream or table, kept up to date. */
export function aggregateTask(
  options: TableTaskOptions,
  source: ChangeSource,
  aggregator: Aggregator,
  stateTopic: string,
): PartitionTask {
  const { state, writer, log, work, onReady, onEnd } = options;
  let expired = Number.NEGATIVE_INFINITY;
  const expire = (): void => {
    const { expiredBefore, keptMs } = aggregator;
    if (expiredBefore < expired + Math.max(EXPIRE_EVERY_MS, keptMs * EXPIRE_EVERY_SHARE)) return;
    expired = expiredBefore;
    state.expire(expired);
  };
  return {
    restore(record) {
      if (record.key?.equals(STREAM_TIME)) aggregator.streamTime = Number(record.value?.toString() ?? -1);
      else if (!source.restore(record)) state.restore(record);
    },
    ready: () => onReady(state),
    async process(records) {
      const last = records.at(-1);
      const out = new Emitted(options);
      const before = aggregator.streamTime;
      const changes = await source.changesOf(records, work);
      work.begin(records);
      for (const change of changes) {
        const turn = work.turn();
        if (turn) await turn;
        for (const row of aggregator.apply(change)) if (last) out.add(last, row);
      }
      expire();
      // In between, a row has not all of the batch yet.
      const headers = options.everyChange ? {} : source.cutOf(records);
      const written = [...out.records(writer, log, headers), ...state.changes(), ...source.changelog()];
      if (aggregator.streamTime !== before) {
        written.push({
          topic: stateTopic,
          key: STREAM_TIME,
          value: Buffer.from(String(aggregator.streamTime)),
        });
      }
      return written;
    },
    committed() {
      state.commit();
      source.commit();
    },
    async close() {
      onEnd(state);
      await Promise.all([state.close(), source.close()]);
    },
  };
}

/**
 * The first half of a grouping whose groups are spread over the input's partitions: each change goes to its group's
 * partition, those of a batch in one record.
 *
 * @param target - the partition of a group.
 * @param topic - the tasks of all input partitions write it.
 */
export function regroupTask(
  source: ChangeSource,
  topic: string,
  target: (key: GroupChange["key"]) => number,
  work: Work,
): PartitionTask {
  return {
    restore: (record) => void source.restore(record),
    async process(records) {
      const targets = new Map<number, GroupChange[]>();
      for (const change of await source.changesOf(records, work)) {
        const partition = target(change.key);
        const list = targets.get(partition);
        if (list) list.push(change);
        else targets.set(partition, [change]);
      }
      const headers = source.cutOf(records);
      const packed = [...targets].map(([partition, changes]) => ({
        topic,
        partition,
        key: null,
        value: packChanges(changes),
        headers,
      }));
      return [...packed, ...source.changelog()];
    },
    committed: () => source.commit(),
    close: () => source.close(),
  };
}

/** The rows of a batch on their way out. */
class Emitted {
  readonly #everyChange: boolean;
  #rows: { readonly record: InRecord; readonly row: SinkRow }[] = [];
  readonly #last = new Map<string, number>();

  constructor({ everyChange }: TableTaskOptions) {
    this.#everyChange = everyChange;
  }

  add(record: InRecord, row: SinkRow): void {
    const id = idOf(row.key, row.windowStart);
    const known = this.#everyChange ? undefined : this.#last.get(id);
    if (known !== undefined) this.#rows[known] = { record, row };
    else {
      this.#last.set(id, this.#rows.length);
      this.#rows.push({ record, row });
    }
  }

  /** @param headers - of each record. */
  records(
    writer: RecordWriter,
    log: ProcessingLog,
    headers: Readonly<Record<string, string>> = {},
  ): readonly OutRecord[] {
    const records = this.#rows.flatMap(({ record, row }) => written(writer, log, record, row));
    this.#rows = [];
    return records.map((record) => ({ ...record, headers }));
  }
}

function written(writer: RecordWriter, log: ProcessingLog, record: InRecord, row: SinkRow): OutRecord[] {
  try {
    const out = writer.write(row);
    return out ? [out] : [];
  } catch (error) {
    log.poisoned(record, error);
    return [];
  }
}
