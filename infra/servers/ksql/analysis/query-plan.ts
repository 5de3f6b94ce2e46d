import type { Column, Source } from "../catalog/source.ts";
import type { Expression, SourceKind, WindowClause } from "../sql/ast.ts";
import type { BoundAggregate } from "./aggregates.ts";
import type { Compiled } from "./compiled.ts";

export interface OutputColumn extends Column {
  /** Part of the result's key. */
  readonly key: boolean;
  /** A bound of the source's window: with the key, it tells which row this is. */
  readonly bound?: true;
  /** Reads a source row, or a group row when the plan aggregates. */
  readonly compiled: Compiled;
}

/** A group row: the grouping values, the aggregates' results, then the window's bounds. */
export interface GroupPlan {
  readonly by: readonly Compiled[];
  /** Names that a result's columns have for the grouping expressions, in the order of `by`. */
  readonly keys: readonly Column[];
  readonly aggregates: readonly BoundAggregate[];
  /** As the statement has them, in the order of `aggregates`. */
  readonly calls: readonly Expression[];
  readonly window?: WindowClause;
  /** Reads a group row. */
  readonly having?: Compiled;
  /** The grouping is exactly the source's key, in order: equal groups are on one partition already. */
  readonly byKey: boolean;
}

/** What a SELECT does, ready to run. */
export interface QueryPlan {
  readonly source: Source;
  readonly type: SourceKind;
  /** Reads a source row. */
  readonly where?: Compiled;
  readonly group?: GroupPlan;
  /** The key columns in the order they have on a topic. */
  readonly keyOrder: readonly OutputColumn[];
  /** In the order of the projection. */
  readonly columns: readonly OutputColumn[];
  readonly limit?: number;
}
