import type { GroupPlan, QueryPlan } from "../analysis/query-plan.ts";
import type { Row, Value } from "../values/value.ts";
import { condition } from "./expressions.ts";
import { idOf } from "./materialized.ts";
import type { ProcessingLog } from "./processing-log.ts";
import type { SourceRecord } from "./record-reader.ts";

/** A row's part in its group: the grouping values, and what each aggregate is given. */
export interface Share {
  readonly key: readonly Value[];
  readonly args: readonly Value[];
}

/** What happens to one group: arguments to take back, arguments to take in. */
export interface GroupChange {
  readonly key: readonly Value[];
  readonly time: number;
  readonly undo: readonly Value[] | null;
  readonly add: readonly Value[] | null;
}

/** @returns the row's share, or undefined when WHERE or a NULL grouping value leaves it out. */
export type ShareOf = (row: Row) => Share | undefined;

export function shareOf(plan: QueryPlan, group: GroupPlan, log: ProcessingLog): ShareOf {
  const holds = condition(plan.where, "WHERE", log);
  return (row) => {
    if (!holds(row)) return undefined;
    try {
      const key = group.by.map((compiled) => compiled.evaluate(row));
      if (key.includes(null)) return undefined;
      return { key, args: group.aggregates.map(({ argument }) => argument(row)) };
    } catch (error) {
      log.failedExpression("GROUP BY", error);
      return undefined;
    }
  };
}

/** A stream's row only adds. */
export function streamChange(record: SourceRecord, share: ShareOf): readonly GroupChange[] {
  const added = record.row && share(record.row);
  return added ? [{ key: added.key, time: record.time, undo: null, add: added.args }] : [];
}

/**
 * A table's row replaces the one before: its group loses the old and gains the new. One change when the group stays
 * (KAFKA-12446), otherwise the old group's comes first.
 */
export function tableChanges(
  before: Share | undefined,
  after: Share | undefined,
  time: number,
): readonly GroupChange[] {
  if (before && after && idOf(before.key) === idOf(after.key)) {
    return [{ key: after.key, time, undo: before.args, add: after.args }];
  }
  const changes: GroupChange[] = [];
  if (before) changes.push({ key: before.key, time, undo: before.args, add: null });
  if (after) changes.push({ key: after.key, time, undo: null, add: after.args });
  return changes;
}
