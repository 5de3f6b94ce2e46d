import {
  asDecimalType,
  type BaseType,
  isNumeric,
  isTemporal,
  type SqlType,
  widensBase,
} from "../../sql/types.ts";
import { castConversion } from "../../values/cast.ts";
import type { Value } from "../../values/value.ts";
import type { Compiled } from "../compiled.ts";

/** What a parameter takes: one base type (narrower numbers widen to it), any number, anything, or a unit of time. */
export type Parameter = BaseType | "NUMBER" | "ANY" | "INTERVALUNIT";

/** @param now - the wall clock, epoch ms. */
export type Apply = (args: readonly Value[], types: readonly (SqlType | null)[], now: () => number) => Value;

/** One way to call a function; the first that fits is taken. */
export interface Overload {
  readonly params: readonly Parameter[];
  /** The last parameter may come any number of times, also never. */
  readonly variadic?: true;
  readonly returns: SqlType | ((types: readonly (SqlType | null)[]) => SqlType | null);
  readonly apply: Apply;
  /** Taken as it is only with arguments of exactly these types; widened, only where no other one would do too. */
  readonly exact?: true;
  /** Called also with NULL arguments; otherwise a NULL argument gives NULL. */
  readonly nulls?: true;
}

export type FunctionTable = Readonly<Record<string, readonly Overload[]>>;

/** @returns undefined when the arguments do not fit this overload. */
export function bind(
  overload: Overload,
  args: readonly Compiled[],
  now: () => number,
  fitTo: typeof fitted = fitted,
): Compiled | undefined {
  const { params, variadic, nulls, apply } = overload;
  if (variadic ? args.length < params.length - 1 : args.length !== params.length) return undefined;
  const converted: Compiled[] = [];
  for (const [i, arg] of args.entries()) {
    const param = params[Math.min(i, params.length - 1)];
    const fitting = param && fitTo(arg, param);
    if (!fitting) return undefined;
    converted.push(fitting);
  }
  const types = converted.map((arg) => arg.type);
  const type = typeof overload.returns === "function" ? overload.returns(types) : overload.returns;
  return {
    type,
    evaluate(row) {
      const values = converted.map((arg) => arg.evaluate(row));
      return !nulls && values.includes(null) ? null : apply(values, types, now);
    },
  };
}

/** Without any conversion. */
export function fittedExactly(arg: Compiled, param: Parameter): Compiled | undefined {
  if (arg.isUnit) return undefined;
  return arg.type === null || arg.type.base === param ? arg : undefined;
}

/** Also a whole number as a DECIMAL. */
export function fittedWidely(arg: Compiled, param: Parameter): Compiled | undefined {
  const isWhole = arg.type?.base === "INTEGER" || arg.type?.base === "BIGINT";
  return arg.type && isWhole && param === "DECIMAL"
    ? convertedTo(arg, arg.type, asDecimalType(arg.type))
    : fitted(arg, param);
}

function convertedTo(arg: Compiled, from: SqlType, to: SqlType): Compiled {
  const convert = castConversion(from, to);
  return {
    type: to,
    evaluate(row) {
      const value = arg.evaluate(row);
      return value === null ? null : convert(value);
    },
  };
}

function fitted(arg: Compiled, param: Parameter): Compiled | undefined {
  if (arg.isUnit || param === "INTERVALUNIT") return arg.isUnit && param === "INTERVALUNIT" ? arg : undefined;
  if (param === "ANY" || arg.type === null) return arg;
  if (param === "NUMBER") return isNumeric(arg.type) ? arg : undefined;
  if (arg.type.base === param) return arg;
  const isTime = arg.type.base === "STRING" && isTemporal({ base: param });
  if (!isTime && (!widensBase(arg.type.base, param) || param === "DECIMAL")) return undefined;
  return convertedTo(arg, arg.type, { base: param });
}
