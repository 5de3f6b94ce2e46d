import type { SqlType } from "../sql/types.ts";
import type { Row, Value } from "../values/value.ts";

/** An expression as a function of a row. */
export interface Compiled {
  /** null: the untyped NULL. */
  readonly type: SqlType | null;
  /** @throws Error when a value has no result (a division by zero): the caller makes it NULL and logs it. */
  readonly evaluate: (row: Row) => Value;
  /** A function's call: where it is an argument of another, that it has no result makes it NULL. */
  readonly fallible?: true;
  /** A unit of time, by its milliseconds: only some functions take one. */
  readonly isUnit?: true;
}

export function constant(type: SqlType | null, value: Value): Compiled {
  return { type, evaluate: () => value };
}
