import type { SqlType } from "../sql/types.ts";
import type { Row, Value } from "../values/value.ts";

/** An expression as a function of a row. */
export interface Compiled {
  /** null: the untyped NULL. */
  readonly type: SqlType | null;
  /** @throws Error when a value has no result (a division by zero): the caller makes it NULL and logs it. */
  readonly evaluate: (row: Row) => Value;
}

export function constant(type: SqlType | null, value: Value): Compiled {
  return { type, evaluate: () => value };
}
