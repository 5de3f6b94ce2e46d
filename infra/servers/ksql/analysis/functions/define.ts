import { type BaseType, isNumeric, type SqlType, widensBase } from "../../sql/types.ts";
import { castConversion } from "../../values/cast.ts";
import type { Value } from "../../values/value.ts";
import type { Compiled } from "../compiled.ts";

/** What a parameter takes: one base type (narrower numbers widen to it), any number, or anything. */
export type Parameter = BaseType | "NUMBER" | "ANY";

export type Apply = (args: readonly Value[], types: readonly (SqlType | null)[]) => Value;

/** One way to call a function; the first that fits is taken. */
export interface Overload {
  readonly params: readonly Parameter[];
  /** The last parameter may come any number of times, also never. */
  readonly variadic?: true;
  readonly returns: SqlType | ((types: readonly (SqlType | null)[]) => SqlType | null);
  readonly apply: Apply;
  /** Called also with NULL arguments; otherwise a NULL argument gives NULL. */
  readonly nulls?: true;
}

export type FunctionTable = Readonly<Record<string, readonly Overload[]>>;

/** @returns undefined when the arguments do not fit this overload. */
export function bind(overload: Overload, args: readonly Compiled[]): Compiled | undefined {
  const { params, variadic, nulls, apply } = overload;
  if (variadic ? args.length < params.length - 1 : args.length !== params.length) return undefined;
  const converted: Compiled[] = [];
  for (const [i, arg] of args.entries()) {
    const param = params[Math.min(i, params.length - 1)];
    const fitting = param && fitted(arg, param);
    if (!fitting) return undefined;
    converted.push(fitting);
  }
  const types = converted.map((arg) => arg.type);
  const type = typeof overload.returns === "function" ? overload.returns(types) : overload.returns;
  return {
    type,
    evaluate(row) {
      const values = converted.map((arg) => arg.evaluate(row));
      return !nulls && values.includes(null) ? null : apply(values, types);
    },
  };
}

function fitted(arg: Compiled, param: Parameter): Compiled | undefined {
  if (param === "ANY" || arg.type === null) return arg;
  if (param === "NUMBER") return isNumeric(arg.type) ? arg : undefined;
  if (arg.type.base === param) return arg;
  if (!widensBase(arg.type.base, param) || param === "DECIMAL") return undefined;
  const convert = castConversion(arg.type, { base: param });
  return {
    type: { base: param },
    evaluate(row) {
      const value = arg.evaluate(row);
      return value === null ? null : convert(value);
    },
  };
}
