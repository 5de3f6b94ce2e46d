import type { Compiled } from "../analysis/compiled.ts";
import type { OutputColumn } from "../analysis/query-plan.ts";
import type { Row, Value } from "../values/value.ts";
import type { ProcessingLog } from "./processing-log.ts";

/** Compiled columns as a function of a row; a column without a result is NULL. */
export function project(
  columns: readonly OutputColumn[],
  log: ProcessingLog,
): (row: Row) => readonly Value[] {
  return (row) =>
    columns.map(({ name, compiled }) => {
      try {
        return compiled.evaluate(row);
      } catch (error) {
        log.failedExpression(name, error);
        return null;
      }
    });
}

/** A condition as a function of a row; one without a result does not hold. */
export function condition(
  compiled: Compiled | undefined,
  name: string,
  log: ProcessingLog,
): (row: Row) => boolean {
  if (!compiled) return () => true;
  return (row) => {
    try {
      return compiled.evaluate(row) === true;
    } catch (error) {
      log.failedExpression(name, error);
      return false;
    }
  };
}
