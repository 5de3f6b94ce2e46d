import type { Source } from "../catalog/source.ts";
import { BIGINT, INTEGER } from "../sql/types.ts";
import type { Scope, ScopeColumn } from "./scope.ts";

/** Where in a source's rows the columns that SQL names stand, behind keys and values. */
interface RowLayout {
  readonly rowTime: number;
  readonly rowPartition: number;
  readonly rowOffset: number;
  readonly windowStart: number;
  readonly windowEnd: number;
}

export function layoutOf(source: Source): RowLayout {
  const first = source.keys.length + source.values.length;
  return {
    rowTime: first,
    rowPartition: first + 1,
    rowOffset: first + 2,
    windowStart: first + 3,
    windowEnd: first + 4,
  };
}

/** The columns of a source's rows: keys, values, ROWTIME and its like, and a windowed source's bounds. */
export function sourceScope(source: Source, alias: string, now: () => number): Scope {
  const layout = layoutOf(source);
  const columns: ScopeColumn[] = [...source.keys, ...source.values].map((c, index) => ({ ...c, index }));
  columns.push(
    { name: "ROWTIME", type: BIGINT, index: layout.rowTime, system: true },
    { name: "ROWPARTITION", type: INTEGER, index: layout.rowPartition, system: true },
    { name: "ROWOFFSET", type: BIGINT, index: layout.rowOffset, system: true },
  );
  if (source.window) {
    columns.push(
      { name: "WINDOWSTART", type: BIGINT, index: layout.windowStart, system: true },
      { name: "WINDOWEND", type: BIGINT, index: layout.windowEnd, system: true },
    );
  }
  return { source: source.name, alias, columns, now };
}
