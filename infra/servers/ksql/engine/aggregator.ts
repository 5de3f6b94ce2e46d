import type { GroupPlan, OutputColumn } from "../analysis/query-plan.ts";
import type { Value } from "../values/value.ts";
import { condition, project } from "./expressions.ts";
import type { GroupChange } from "./grouper.ts";
import { idOf, type TableEntry } from "./materialized.ts";
import type { ProcessingLog } from "./processing-log.ts";
import type { SinkRow } from "./record-writer.ts";

/** ksqlDB's grace for windows that name none. */
const DEFAULT_GRACE_MS = 86_400_000;

/** How long a window can be asked for after its end, unless RETENTION says so: a day of stream time, as for ksqlDB. */
const DEFAULT_RETENTION_MS = 86_400_000;

/** Where groups are kept. */
interface GroupStore {
  get(id: string): TableEntry | undefined;
  set(id: string, entry: TableEntry): void;
}

/** Applies changes to groups and says what their rows become. */
export class Aggregator {
  readonly #group: GroupPlan;
  readonly #store: GroupStore;
  readonly #log: ProcessingLog;
  readonly #values: (row: readonly Value[]) => readonly Value[];
  readonly #having: (row: readonly Value[]) => boolean;
  /** The greatest row time seen, epoch ms: windows close by it. */
  streamTime: number;

  /** @param columns - what a group's row is made of. */
  constructor(
    group: GroupPlan,
    columns: readonly OutputColumn[],
    store: GroupStore,
    log: ProcessingLog,
    streamTime = -1,
  ) {
    this.#group = group;
    this.#store = store;
    this.#log = log;
    this.streamTime = streamTime;
    this.#values = project(columns, log);
    this.#having = condition(group.having, "HAVING", log);
  }

  /** @returns the rows that change, in order. */
  apply(change: GroupChange): readonly SinkRow[] {
    const { window } = this.#group;
    if (change.time > this.streamTime) this.streamTime = change.time;
    if (!window) return this.#update(change, undefined, 0);
    const closed = this.streamTime - (window.grace ?? DEFAULT_GRACE_MS);
    const rows: SinkRow[] = [];
    // Windows start at multiples of their advance; a row is in each that covers its time.
    const oldest =
      Math.floor(Math.max(0, change.time - window.size + window.advance) / window.advance) * window.advance;
    for (let start = oldest; start <= change.time; start += window.advance) {
      if (start + window.size > closed) {
        rows.push(...this.#update(change, start, start + window.size));
      } else this.#log.late(start, change.time);
    }
    return rows;
  }

  /** The windows of which nothing can change any more and no query may ask: epoch ms of their latest start. */
  get expiredBefore(): number {
    return this.streamTime - this.keptMs;
  }

  /** How long a window is kept after its start, ms of stream time; without windows for ever. */
  get keptMs(): number {
    const { window } = this.#group;
    if (!window) return Number.POSITIVE_INFINITY;
    return Math.max(
      window.retention ?? DEFAULT_RETENTION_MS,
      window.size + (window.grace ?? DEFAULT_GRACE_MS),
    );
  }

  #update(change: GroupChange, windowStart: number | undefined, windowEnd: number): readonly SinkRow[] {
    const { aggregates } = this.#group;
    const id = idOf(change.key, windowStart);
    const before = this.#store.get(id);
    let states = before?.states;
    const { undo, add } = change;
    if (undo && states) {
      states = states.map((state, i) => aggregates[i]?.aggregate.undo?.(state, undo[i] ?? null) ?? state);
    }
    if (add) {
      states = aggregates.map(({ aggregate }, i) =>
        aggregate.add(states?.[i] ?? aggregate.initial, add[i] ?? null),
      );
    }
    if (!states) return [];
    const time = Math.max(change.time, before?.time ?? change.time);
    const groupRow: Value[] = [...change.key, ...states.map((state, i) => this.#resultOf(i, state))];
    if (windowStart !== undefined) groupRow.push(BigInt(windowStart), BigInt(windowEnd));
    const row = this.#having(groupRow) ? this.#values(groupRow) : null;
    const place = windowStart === undefined ? {} : { windowStart };
    this.#store.set(id, { key: change.key, time, row, states, ...place });
    // A group that never was in the table needs no tombstone.
    if (!row && !before?.row) return [];
    return [{ key: change.key, values: row, time, ...place }];
  }

  /** The state keeps what the result cannot show, so that the group may come back from it. */
  #resultOf(index: number, state: readonly Value[]): Value {
    try {
      return this.#group.aggregates[index]?.aggregate.result(state) ?? null;
    } catch (error) {
      this.#log.failedExpression("aggregate", error);
      return null;
    }
  }
}
