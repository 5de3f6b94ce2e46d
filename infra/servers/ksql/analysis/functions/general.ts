import type { SqlType } from "../../sql/types.ts";
import { compareValues } from "../../values/value.ts";
import type { FunctionTable } from "./define.ts";

const first = (types: readonly (SqlType | null)[]): SqlType | null => types.find((t) => t !== null) ?? null;

export const GENERAL_FUNCTIONS: FunctionTable = {
  /** The value of a key column as a column of the value. */
  AS_VALUE: [{ params: ["ANY"], returns: first, apply: ([value]) => value ?? null }],
  COALESCE: [
    {
      params: ["ANY", "ANY"],
      variadic: true,
      returns: first,
      nulls: true,
      apply: (args) => args.find((arg) => arg !== null) ?? null,
    },
  ],
  IFNULL: [
    {
      params: ["ANY", "ANY"],
      returns: first,
      nulls: true,
      apply: ([value, other]) => value ?? other ?? null,
    },
  ],
  NULLIF: [
    {
      params: ["ANY", "ANY"],
      returns: first,
      nulls: true,
      apply: ([value = null, other = null]) =>
        value !== null && other !== null && compareValues(value, other) === 0 ? null : value,
    },
  ],
};
